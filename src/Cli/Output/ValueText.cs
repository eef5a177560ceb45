using System.Buffers;
using System.Globalization;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats;
using Java = OrleansStream.Connectors.Formats.ValueText;

namespace OrleansStream.Cli.Output;

/// <summary>A value as text for people, in the form that CAST(x AS STRING) has in SQL; NULL is <c>&lt;NULL&gt;</c>.</summary>
internal static class ValueText
{
    public const string Null = "<NULL>";

    private const long NanosPerSecond = 1_000_000_000;
    private const long MillisPerDay = 86_400_000;

    public static string Of(Column column, int row)
    {
        if (column.IsNull(row)) return Null;
        return column switch
        {
            TextColumn t => column.Type.IsText ? Encoding.UTF8.GetString(t[row]) : Convert.ToHexStringLower(t[row]),
            FixedColumn<float> f => Approximate((ref ByteWriter w) => Java.Float(ref w, f.Values[row])),
            FixedColumn<double> d => Approximate((ref ByteWriter w) => Java.Double(ref w, d.Values[row])),
            RowColumn r => $"({string.Join(", ", r.Children.Select(c => Of(c, row)))})",
            ListColumn l => $"[{string.Join(", ", Range(l.Offsets, row).Select(i => Of(l.Elements, i)))}]",
            MapColumn m => $"{{{string.Join(", ", Range(m.Offsets, row).Select(i => $"{Of(m.Keys, i)}={Of(m.Items, i)}"))}}}",
            _ => Whole(column.Type, Integer(column, row)),
        };
    }

    private delegate void Writing(ref ByteWriter to);

    private static string Approximate(Writing write)
    {
        var buffer = new ArrayBufferWriter<byte>(32);
        var writer = new ByteWriter(buffer);
        write(ref writer);
        writer.Flush();
        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }

    private static IEnumerable<int> Range(ReadOnlySpan<int> offsets, int row) => Enumerable.Range(offsets[row], offsets[row + 1] - offsets[row]);

    private static Int128 Integer(Column column, int row) => column switch
    {
        FixedColumn<byte> b => (sbyte)b.Values[row],
        FixedColumn<short> s => s.Values[row],
        FixedColumn<int> i => i.Values[row],
        FixedColumn<long> l => l.Values[row],
        FixedColumn<Int128> w => w.Values[row],
        _ => throw new InvalidOperationException($"no text for {column.Type}"),
    };

    private static string Whole(SqlType type, Int128 value) => type.Kind switch
    {
        TypeKind.Boolean => value != 0 ? "TRUE" : "FALSE",
        TypeKind.Decimal => Decimal(value, type.Scale),
        TypeKind.Date => Moment((Int128)(long)value * MillisPerDay * 1_000_000).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TypeKind.Time => Moment(value * 1_000_000).ToString("HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(value * 1_000_000, type.Precision),
        TypeKind.Timestamp or TypeKind.TimestampLtz => Timestamp(type.Precision <= 3 ? value * 1_000_000 : value, type.Precision),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Timestamp(Int128 nanos, int precision) =>
        Moment(nanos).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(nanos, precision);

    /// <summary>The second that holds the moment, in nanoseconds since 1970.</summary>
    private static DateTime Moment(Int128 nanos) => DateTime.UnixEpoch.AddSeconds((double)Floor(nanos, NanosPerSecond));

    private static string Fraction(Int128 nanos, int digits)
    {
        if (digits == 0) return "";
        long within = (long)(nanos - Floor(nanos, NanosPerSecond) * NanosPerSecond);
        return "." + within.ToString("D9", CultureInfo.InvariantCulture)[..digits];
    }

    private static Int128 Floor(Int128 value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);

    private static string Decimal(Int128 unscaled, int scale)
    {
        string digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string sign = unscaled < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
