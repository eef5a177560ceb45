using System.Globalization;
using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.Conformance;

/// <summary>Values as Java's <c>toString</c> writes them in <c>Row.toString</c>: the form of the cases' expected rows.</summary>
internal static class JavaText
{
    public static string Cell(Column column, int row)
    {
        if (column.IsNull(row)) return "null";
        var type = column.Type;
        return column switch
        {
            FixedColumn<byte> c => type.Kind == TypeKind.Boolean ? (c.Values[row] != 0 ? "true" : "false") : ((sbyte)c.Values[row]).ToString(CultureInfo.InvariantCulture),
            FixedColumn<short> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<int> c => Int32(type, c.Values[row]),
            FixedColumn<long> c => Int64(type, c.Values[row]),
            FixedColumn<Int128> c => type.Kind == TypeKind.Decimal ? Decimal(c.Values[row], type.Scale) : DateTimeText(c.Values[row], type.Kind),
            FixedColumn<float> c => Floating(c.Values[row], c.Values[row], c.Values[row].ToString("R", CultureInfo.InvariantCulture)),
            FixedColumn<double> c => Floating(c.Values[row], c.Values[row], c.Values[row].ToString("R", CultureInfo.InvariantCulture)),
            TextColumn c => type.IsBinary ? $"[{string.Join(", ", c[row].ToArray().Select(b => ((sbyte)b).ToString(CultureInfo.InvariantCulture)))}]" : Encoding.UTF8.GetString(c[row]),
            RowColumn c => $"+I[{string.Join(", ", c.Children.Select(f => Cell(f, row)))}]",
            ListColumn c => $"[{string.Join(", ", Enumerable.Range(c.Offsets[row], c.Offsets[row + 1] - c.Offsets[row]).Select(i => Cell(c.Elements, i)))}]",
            MapColumn c => $"{{{string.Join(", ", Enumerable.Range(c.Offsets[row], c.Offsets[row + 1] - c.Offsets[row]).Select(i => $"{Cell(c.Keys, i)}={Cell(c.Items, i)}"))}}}",
            _ => throw new NotSupportedException($"text of {type}"),
        };
    }

    private static string Int32(SqlType type, int value) => type.Kind switch
    {
        TypeKind.Date => DateTime.UnixEpoch.AddDays(value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TypeKind.Time => ClockText((Int128)value * 1_000_000),
        TypeKind.IntervalYearMonth => $"P{value / 12}Y{value % 12}M",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Int64(SqlType type, long value) => type.Kind switch
    {
        TypeKind.Decimal => Decimal(value, type.Scale),
        TypeKind.Timestamp or TypeKind.TimestampLtz => DateTimeText((Int128)value * 1_000_000, type.Kind),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Decimal(Int128 unscaled, int scale)
    {
        string digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    // LocalDateTime.toString leaves out seconds that are zero; Instant.toString never does.
    private static string DateTimeText(Int128 nanoseconds, TypeKind kind)
    {
        const long Day = 86_400_000_000_000;
        long days = (long)(nanoseconds >= 0 ? nanoseconds / Day : -((-nanoseconds + Day - 1) / Day));
        var rest = nanoseconds - ((Int128)days * Day);
        string date = DateTime.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return kind == TypeKind.TimestampLtz ? $"{date}T{ClockText(rest, true)}Z" : $"{date}T{ClockText(rest)}";
    }

    private static string ClockText(Int128 nanoseconds, bool seconds = false)
    {
        long s = (long)(nanoseconds / 1_000_000_000);
        long ns = (long)(nanoseconds % 1_000_000_000);
        string text = $"{s / 3600:00}:{s / 60 % 60:00}";
        if (s % 60 != 0 || ns != 0 || seconds) text += $":{s % 60:00}";
        if (ns == 0) return text;
        string f = ns.ToString("000000000", CultureInfo.InvariantCulture);
        return $"{text}.{(ns % 1_000_000 == 0 ? f[..3] : ns % 1000 == 0 ? f[..6] : f)}";
    }

    // Java: plain notation for 1e-3 ≤ |x| < 1e7, at least one fraction digit; else d.dddE±n.
    private static string Floating(double sign, double value, string shortest)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0) return double.IsNegative(sign) ? "-0.0" : "0.0";
        double abs = Math.Abs(value);
        int e = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = e < 0 ? shortest : shortest[..e];
        int exponent = e < 0 ? 0 : int.Parse(shortest[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string digits = mantissa.TrimStart('-').Replace(".", "", StringComparison.Ordinal);
        int point = mantissa.TrimStart('-').IndexOf('.', StringComparison.Ordinal);
        int scale = (point < 0 ? digits.Length : point) + exponent;
        string stripped = digits.TrimStart('0');
        scale -= digits.Length - stripped.Length;
        digits = stripped.TrimEnd('0');
        if (digits.Length == 0) digits = "0";
        string body;
        if (abs is >= 1e-3 and < 1e7)
        {
            if (scale <= 0) body = $"0.{new string('0', -scale)}{digits}";
            else if (scale >= digits.Length) body = $"{digits.PadRight(scale, '0')}.0";
            else body = $"{digits[..scale]}.{digits[scale..]}";
        }
        else body = $"{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{scale - 1}";
        return value < 0 ? "-" + body : body;
    }
}
