using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>Numbers from text. Spans hold exactly one number of JSON's grammar, or whatever stood between quotes.</summary>
internal static class JsonNumber
{
    private static readonly double[] Powers = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>An integer at <paramref name="p"/> of up to 18 digits that a comma, brace, bracket or space follows; gives the position after it, or −1 for anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShortInteger(ReadOnlySpan<byte> s, int p, out long value)
    {
        bool negative = s[p] == '-';
        if (negative) p++;
        int start = p;
        long v = 0;
        if (p <= s.Length - 8)
        {
            // Eight bytes at once: those before the first that is no digit, moved up so that zeros lead them.
            ulong x = BinaryPrimitives.ReadUInt64LittleEndian(s[p..]) ^ 0x3030303030303030;
            int n = BitOperations.TrailingZeroCount((x | (x + 0x0606060606060606)) & 0xF0F0F0F0F0F0F0F0) >> 3;
            if (n == 0)
            {
                value = 0;
                return -1;
            }

            x <<= (8 - n) * 8;
            x = ((x * 2561) >> 8) & 0x00FF00FF00FF00FF;
            x = ((x * 6553601) >> 16) & 0x0000FFFF0000FFFF;
            v = (long)((x * 42949672960001) >> 32);
            p += n;
            if (n == 8) p = MoreDigits(s, p, ref v);
        }
        else p = MoreDigits(s, p, ref v);

        value = negative ? -v : v;
        int digits = p - start;
        byte c = s[p];
        bool whole = c is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ';
        return whole && (uint)(digits - 1) < 18 && (s[start] != '0' || digits == 1) ? p : -1;
    }

    private static int MoreDigits(ReadOnlySpan<byte> s, int p, ref long v)
    {
        uint d;
        while ((d = (uint)(s[p] - '0')) <= 9)
        {
            v = (v * 10) + d;
            p++;
        }

        return p;
    }

    /// <summary>A number with or without fraction as integer, cut towards zero, within [min, max].</summary>
    public static bool TryInteger(ReadOnlySpan<byte> number, long min, long max, out long value)
    {
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return value >= min && value <= max;
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal d) || d < min || d > max) return false;
        value = (long)d;
        return true;
    }

    /// <summary>The text of a quoted integer, as Java's parse methods take it: sign and digits only.</summary>
    public static bool TryQuotedInteger(ReadOnlySpan<byte> text, long min, long max, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    /// <summary>A double: exact fast path for at most 15 digits and small exponents, else the library.</summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        long digits = 0;
        int count = 0, scale = 0, i = text is [(byte)'-', ..] ? 1 : 0;
        bool point = false;
        for (; i < text.Length; i++)
        {
            uint d = (uint)(text[i] - '0');
            if (d <= 9)
            {
                digits = (digits * 10) + d;
                if (++count > 15) break;
                if (point) scale++;
            }
            else if (text[i] == '.' && !point) point = true;
            else break;
        }

        if (i == text.Length && count is > 0 and <= 15)
        {
            value = scale == 0 ? digits : digits / Powers[scale];
            if (text[0] == '-') value = -value;
            return true;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        return Special(text, out value);
    }

    /// <summary>A float, rounded once, from the text.</summary>
    public static bool TryFloat(ReadOnlySpan<byte> text, out float value)
    {
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        bool special = Special(text, out double wide);
        value = (float)wide;
        return special;
    }

    /// <summary>A decimal number as unscaled value with <paramref name="scale"/> digits after the point, rounded half up; false = no number.</summary>
    /// <param name="fits">whether at most <paramref name="precision"/> digits are needed.</param>
    public static bool TryDecimal(ReadOnlySpan<byte> text, int precision, int scale, out Int128 unscaled, out bool fits)
    {
        unscaled = 0;
        fits = true;
        int i = 0, fraction = 0, seen = 0;
        bool negative = false, point = false, sticky = false;
        int dropped = 0;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') (negative, i) = (text[0] == '-', 1);
        for (; i < text.Length; i++)
        {
            uint d = (uint)(text[i] - '0');
            if (d <= 9)
            {
                seen++;
                if (unscaled < MaxBeforeDigit) unscaled = (unscaled * 10) + (int)d;
                else
                {
                    dropped++;
                    sticky |= d != 0;
                }

                if (point) fraction++;
            }
            else if (text[i] == '.' && !point) point = true;
            else break;
        }

        if (seen == 0) return false;
        int exponent = 0;
        if (i < text.Length && ((text[i] | 0x20) != 'e' || !int.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))) return false;
        long shift = (long)scale + exponent - fraction + dropped;
        fits = Shift(ref unscaled, shift, sticky) && unscaled < Pow10(precision);
        if (negative) unscaled = -unscaled;
        return true;
    }

    private static readonly Int128 MaxBeforeDigit = Int128.MaxValue / 10 - 1;

    // Moves the decimal point; to the right digits are lost, rounded half up.
    private static bool Shift(ref Int128 value, long shift, bool sticky)
    {
        if (value == 0) return true;
        for (; shift > 0; shift--)
        {
            if (value > MaxBeforeDigit) return false;
            value *= 10;
        }

        if (shift == 0) return !sticky || value < Pow10(38);
        if (shift < -40)
        {
            value = 0;
            return true;
        }

        for (; shift < -1; shift++) value /= 10;
        value = (value + 5) / 10;
        return true;
    }

    private static Int128 Pow10(int n)
    {
        Int128 p = 1;
        for (int i = 0; i < n; i++) p *= 10;
        return p;
    }

    private static bool Special(ReadOnlySpan<byte> text, out double value)
    {
        value = text.SequenceEqual("NaN"u8) ? double.NaN
            : text.SequenceEqual("Infinity"u8) || text.SequenceEqual("+Infinity"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity : 0;
        return value != 0;
    }
}
