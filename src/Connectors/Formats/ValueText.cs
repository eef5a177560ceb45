using System.Globalization;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats;

/// <summary>How the fraction of a second is written.</summary>
public enum Fraction : byte
{
    /// <summary>As many digits as are not zero at the end, none and no point for 0 (Flink's formats).</summary>
    Shortest,

    /// <summary>0, 3, 6 or 9 digits (Java's <c>toString</c>).</summary>
    Thousands,
}

/// <summary>How a DECIMAL is written.</summary>
public enum DecimalForm : byte
{
    /// <summary>All digits: 100.00, 0.000000027.</summary>
    Plain,

    /// <summary>Java's BigDecimal.toString: 100.00, 2.7E-8.</summary>
    Java,

    /// <summary>The same without zeros at the end, as Jackson's tree writes it: 1E+2, 2.7E-8.</summary>
    Stripped,
}

/// <summary>Texts of single values, as Java and therefore Flink writes them.</summary>
public static class ValueText
{
    private const long NanosPerSecond = 1_000_000_000, MillisPerDay = 86_400_000;

    /// <summary>Days since 1970-01-01 as <c>yyyy-MM-dd</c>.</summary>
    public static void Date(ref ByteWriter w, int days)
    {
        var (year, month, day) = Civil(days);
        if (year is >= 0 and <= 9999) w.Padded(year, 4);
        else
        {
            w.Byte(year < 0 ? (byte)'-' : (byte)'+');
            w.Padded(Math.Abs(year), 4);
        }

        w.Byte((byte)'-');
        w.Padded(month, 2);
        w.Byte((byte)'-');
        w.Padded(day, 2);
    }

    /// <summary>Nanoseconds of a day as <c>HH:mm:ss[.f…]</c>; <paramref name="dropSeconds"/>: <c>HH:mm</c> when nothing follows, as Java's toString.</summary>
    public static void Time(ref ByteWriter w, long nanoOfDay, Fraction fraction, bool dropSeconds)
    {
        int seconds = (int)(nanoOfDay / NanosPerSecond);
        int nanos = (int)(nanoOfDay % NanosPerSecond);
        w.Padded(seconds / 3600, 2);
        w.Byte((byte)':');
        w.Padded(seconds / 60 % 60, 2);
        if (dropSeconds && seconds % 60 == 0 && nanos == 0) return;
        w.Byte((byte)':');
        w.Padded(seconds % 60, 2);
        if (nanos == 0) return;
        w.Byte((byte)'.');
        int digits = 9;
        if (fraction == Fraction.Thousands)
        {
            for (; nanos % 1000 == 0; digits -= 3) nanos /= 1000;
        }
        else
        {
            for (; nanos % 10 == 0; digits--) nanos /= 10;
        }

        w.Padded(nanos, digits);
    }

    /// <summary>Milliseconds since 1970: date, separator, time.</summary>
    public static void TimestampMs(ref ByteWriter w, long ms, byte separator, Fraction fraction, bool dropSeconds = false)
    {
        long days = Math.DivRem(ms, MillisPerDay, out long rest);
        if (rest < 0) (days, rest) = (days - 1, rest + MillisPerDay);
        Date(ref w, checked((int)days));
        w.Byte(separator);
        Time(ref w, rest * 1_000_000, fraction, dropSeconds);
    }

    /// <summary>Nanoseconds since 1970.</summary>
    public static void TimestampNs(ref ByteWriter w, Int128 ns, byte separator, Fraction fraction, bool dropSeconds = false)
    {
        const long perDay = MillisPerDay * 1_000_000;
        Int128 days = ns / perDay;
        long rest = (long)(ns - (days * perDay));
        if (rest < 0) (days, rest) = (days - 1, rest + perDay);
        Date(ref w, checked((int)days));
        w.Byte(separator);
        Time(ref w, rest, fraction, dropSeconds);
    }

    /// <summary>An unscaled value with <paramref name="scale"/> digits after the point.</summary>
    public static void Decimal(ref ByteWriter w, Int128 unscaled, int scale, DecimalForm form)
    {
        if (form == DecimalForm.Stripped)
        {
            if (unscaled == 0) scale = 0;
            else for (; unscaled % 10 == 0; scale--) unscaled /= 10;
        }

        Span<char> digits = stackalloc char[40];
        (unscaled < 0 ? -unscaled : unscaled).TryFormat(digits, out int n, default, CultureInfo.InvariantCulture);
        if (unscaled < 0) w.Byte((byte)'-');
        int exponent = n - 1 - scale;
        if (form != DecimalForm.Plain && (exponent < -6 || scale < 0))
        {
            w.Ascii(digits[..1]);
            if (n > 1)
            {
                w.Byte((byte)'.');
                w.Ascii(digits[1..n]);
            }

            w.Byte((byte)'E');
            if (exponent > 0) w.Byte((byte)'+');
            w.Integer(exponent);
            return;
        }

        if (n > scale) w.Ascii(digits[..(n - scale)]);
        else w.Byte((byte)'0');
        if (scale == 0) return;
        w.Byte((byte)'.');
        for (int i = n; i < scale; i++) w.Byte((byte)'0');
        w.Ascii(digits[Math.Max(n - scale, 0)..n]);
    }

    /// <summary>As Java's Double.toString: shortest digits, <c>E</c> outside [10⁻³, 10⁷).</summary>
    public static void Double(ref ByteWriter w, double value)
    {
        Span<char> text = stackalloc char[32];
        value.TryFormat(text, out int n, "R", CultureInfo.InvariantCulture);
        Java(ref w, text[..n]);
    }

    /// <summary>As Java's Float.toString.</summary>
    public static void Float(ref ByteWriter w, float value)
    {
        Span<char> text = stackalloc char[32];
        value.TryFormat(text, out int n, "R", CultureInfo.InvariantCulture);
        Java(ref w, text[..n]);
    }

    // Takes .NET's shortest text apart (sign, digits, exponent) and writes it in Java's form.
    private static void Java(ref ByteWriter w, scoped ReadOnlySpan<char> text)
    {
        if (text is "NaN") { w.Bytes("NaN"u8); return; }
        if (text[0] == '-')
        {
            w.Byte((byte)'-');
            text = text[1..];
        }

        if (text is "Infinity") { w.Bytes("Infinity"u8); return; }
        int e = text.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        Span<char> digits = stackalloc char[32];
        int n = 0, point = mantissa.IndexOf('.');
        foreach (char c in mantissa) if (c != '.') digits[n++] = c;
        exponent += (point < 0 ? n : point) - 1;
        int zeros = 0;
        while (zeros < n - 1 && digits[zeros] == '0') zeros++;
        exponent -= zeros;
        var d = digits[zeros..n];
        while (d.Length > 1 && d[^1] == '0') d = d[..^1];
        if (d is "0") { w.Bytes("0.0"u8); return; }
        if (exponent is >= 7 or < -3)
        {
            Point(ref w, d[..1], d[1..]);
            w.Byte((byte)'E');
            w.Integer(exponent);
        }
        else if (exponent < 0)
        {
            w.Bytes("0."u8);
            for (int i = -1; i > exponent; i--) w.Byte((byte)'0');
            w.Ascii(d);
        }
        else if (d.Length > exponent + 1) Point(ref w, d[..(exponent + 1)], d[(exponent + 1)..]);
        else
        {
            w.Ascii(d);
            for (int i = d.Length; i <= exponent; i++) w.Byte((byte)'0');
            w.Bytes(".0"u8);
        }
    }

    private static void Point(ref ByteWriter w, scoped ReadOnlySpan<char> whole, scoped ReadOnlySpan<char> fraction)
    {
        w.Ascii(whole);
        w.Byte((byte)'.');
        if (fraction.IsEmpty) w.Byte((byte)'0');
        else w.Ascii(fraction);
    }

    // Days since 1970-01-01 to the proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static (int Year, int Month, int Day) Civil(int days)
    {
        long z = (long)days + 719_468;
        long era = (z >= 0 ? z : z - 146_096) / 146_097;
        int doe = (int)(z - (era * 146_097));
        int yoe = (doe - (doe / 1460) + (doe / 36_524) - (doe / 146_096)) / 365;
        int doy = doe - ((365 * yoe) + (yoe / 4) - (yoe / 100));
        int mp = ((5 * doy) + 2) / 153;
        int month = mp < 10 ? mp + 3 : mp - 9;
        return ((int)(yoe + (era * 400)) + (month <= 2 ? 1 : 0), month, doy - (((153 * mp) + 2) / 5) + 1);
    }
}
