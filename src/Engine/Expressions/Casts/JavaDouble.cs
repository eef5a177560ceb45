using System.Buffers.Text;
using System.Globalization;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>The text forms of FLOAT and DOUBLE, which are Java's: <c>1.0</c>, <c>1.0E7</c>, <c>1.0E-4</c>, <c>Infinity</c>, <c>NaN</c>.</summary>
internal static class JavaDouble
{
    /// <summary>Bytes that a text may take.</summary>
    public const int MaxBytes = 32;

    public static int Format(double value, Span<byte> to)
    {
        Span<byte> text = stackalloc byte[MaxBytes];
        if (!double.IsFinite(value)) return Special(double.IsNaN(value), value < 0, to);
        value.TryFormat(text, out int n, "R", CultureInfo.InvariantCulture);
        return Layout(text[..n], to);
    }

    public static int Format(float value, Span<byte> to)
    {
        Span<byte> text = stackalloc byte[MaxBytes];
        if (!float.IsFinite(value)) return Special(float.IsNaN(value), value < 0, to);
        value.TryFormat(text, out int n, "R", CultureInfo.InvariantCulture);
        return Layout(text[..n], to);
    }

    private static int Special(bool nan, bool negative, Span<byte> to)
    {
        var text = nan ? "NaN"u8 : negative ? "-Infinity"u8 : "Infinity"u8;
        text.CopyTo(to);
        return text.Length;
    }

    // The shortest digits that read back the value are the same here and in Java; only where the point stands differs.
    private static int Layout(ReadOnlySpan<byte> text, Span<byte> to)
    {
        Span<byte> digits = stackalloc byte[MaxBytes];
        int count = 0, n = 0, point = -1, exponent = 0;
        int at = 0;
        if (text[0] == '-')
        {
            to[n++] = (byte)'-';
            at = 1;
        }

        for (; at < text.Length && text[at] != 'E'; at++)
        {
            if (text[at] == '.') point = count;
            else digits[count++] = text[at];
        }

        if (at < text.Length) exponent = int.Parse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (point < 0) point = count;
        int leading = 0;
        while (leading < count - 1 && digits[leading] == '0') leading++;
        var significant = digits[leading..count].TrimEnd((byte)'0');
        if (significant.IsEmpty)
        {
            "0.0"u8.CopyTo(to[n..]);
            return n + 3;
        }

        // value = 0.d1d2d3… × 10^scale
        int scale = point - leading + exponent;
        if (scale is > -3 and <= 7) return n + Plain(significant, scale, to[n..]);
        to[n++] = significant[0];
        to[n++] = (byte)'.';
        if (significant.Length == 1) to[n++] = (byte)'0';
        significant[1..].CopyTo(to[n..]);
        n += significant.Length - 1;
        to[n++] = (byte)'E';
        Utf8Formatter.TryFormat(scale - 1, to[n..], out int written);
        return n + written;
    }

    private static int Plain(ReadOnlySpan<byte> digits, int scale, Span<byte> to)
    {
        int n = 0;
        if (scale <= 0)
        {
            "0."u8.CopyTo(to);
            n = 2;
            for (int i = scale; i < 0; i++) to[n++] = (byte)'0';
            digits.CopyTo(to[n..]);
            return n + digits.Length;
        }

        for (int i = 0; i < scale; i++) to[n++] = i < digits.Length ? digits[i] : (byte)'0';
        to[n++] = (byte)'.';
        if (digits.Length <= scale) to[n++] = (byte)'0';
        else
        {
            digits[scale..].CopyTo(to[n..]);
            n += digits.Length - scale;
        }

        return n;
    }
}
