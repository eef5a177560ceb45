using System.Globalization;
using System.Numerics;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Numbers from and to text.</summary>
internal static class NumberText
{
    /// <summary>An integer within [least, greatest]; blanks around it and a fraction behind it (which is cut) are allowed.</summary>
    public static bool Integer(ReadOnlySpan<byte> text, long least, long greatest, out long value)
    {
        value = 0;
        text = text.Trim((byte)' ');
        bool negative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.IsEmpty) return false;
        int at = 0;

        // Counts down: the least value has no positive counterpart.
        for (; at < text.Length && text[at] != '.'; at++)
        {
            int digit = text[at] - '0';
            if (digit is < 0 or > 9 || value < (long.MinValue + digit) / 10) return false;
            value = (value * 10) - digit;
        }

        for (at++; at < text.Length; at++) if (!char.IsAsciiDigit((char)text[at])) return false;
        if (!negative)
        {
            if (value == long.MinValue) return false;
            value = -value;
        }

        return value >= least && value <= greatest;
    }

    public static bool Float<T>(ReadOnlySpan<byte> text, out T value) where T : struct, IFloatingPointIeee754<T>
    {
        text = text.Trim((byte)' ');

        // Java takes a type suffix; .NET takes other spellings of infinity, which Java does not.
        if (text.Length > 1 && text[^1] is (byte)'d' or (byte)'D' or (byte)'f' or (byte)'F' && (char.IsAsciiDigit((char)text[^2]) || text[^2] == '.')) text = text[..^1];
        if (!text.IsEmpty && char.IsAsciiLetter((char)text[^1]))
        {
            value = text.SequenceEqual("NaN"u8) ? T.NaN : text.SequenceEqual("-Infinity"u8) ? T.NegativeInfinity : T.PositiveInfinity;
            return text.SequenceEqual("NaN"u8) || text.SequenceEqual("-Infinity"u8) || text.SequenceEqual("Infinity"u8) || text.SequenceEqual("+Infinity"u8);
        }

        return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>
    /// A decimal number with an optional exponent as an unscaled value of the given scale, rounded HALF_UP.
    /// False = malformed; <paramref name="fits"/> false = more than <paramref name="precision"/> digits.
    /// </summary>
    public static bool Decimal(ReadOnlySpan<byte> text, int precision, int scale, out Int128 value, out bool fits)
    {
        value = 0;
        fits = true;
        text = text.Trim((byte)' ');
        bool negative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        int e = text.IndexOfAny((byte)'e', (byte)'E');
        int exponent = 0;
        if (e >= 0)
        {
            if (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
            text = text[..e];
        }

        int digits = 0, behind = 0, dropped = 0;
        bool point = false, any = false, half = false;
        foreach (byte c in text)
        {
            if (c == '.' && !point)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)c)) return false;
            any = true;
            if (digits == 38)
            {
                // Digits past the 38th only round; whether they are too many is decided by the scale.
                half |= dropped == 0 && c >= '5';
                dropped++;
                if (point) behind++;
                continue;
            }

            value = (value * 10) + (c - '0');
            if (value != 0) digits++;
            if (point) behind++;
        }

        if (!any) return false;
        int by = scale - behind + exponent + dropped;
        if (half && by == 0) value++;
        fits = Int128Math.Rescale(value, by, out value) && Int128Math.Fits(value, precision);
        if (negative) value = -value;
        return true;
    }

    /// <summary>Plain digits with <paramref name="scale"/> of them behind the point.</summary>
    public static void Decimal(Int128 value, int scale, TextSink to)
    {
        Span<byte> digits = stackalloc byte[48];
        bool negative = value < 0;
        var rest = negative ? (UInt128)(-value) : (UInt128)value;
        int n = 0;
        while (rest > ulong.MaxValue)
        {
            (rest, var low) = UInt128.DivRem(rest, 1_000_000_000_000_000_000UL);
            ulong part = (ulong)low;
            for (int i = 0; i < 18; i++, part /= 10) digits[n++] = (byte)('0' + (part % 10));
        }

        for (ulong part = (ulong)rest; part != 0; part /= 10) digits[n++] = (byte)('0' + (part % 10));
        while (n <= scale) digits[n++] = (byte)'0';
        var room = to.Room(n + 2);
        int at = 0;
        if (negative) room[at++] = (byte)'-';
        while (n > 0)
        {
            if (n == scale) room[at++] = (byte)'.';
            room[at++] = digits[--n];
        }

        to.Advance(at);
    }

    public static void Integer(long value, TextSink to)
    {
        var room = to.Room(20);
        System.Buffers.Text.Utf8Formatter.TryFormat(value, room, out int n);
        to.Advance(n);
    }
}
