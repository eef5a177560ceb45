using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansStream.Columns;

namespace OrleansStream.Conformance;

/// <summary>One value of a case's input (JSON as the folder's README describes it) appended to a column of any type.</summary>
internal static class JsonCell
{
    public static void Append(ColumnBuilder to, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            to.AppendNulls(1);
            return;
        }

        switch (to)
        {
            case FixedBuilder<byte> b: b.Add(to.Type.Kind == TypeKind.Boolean ? (byte)(value.ValueKind == JsonValueKind.True ? 1 : 0) : (byte)value.GetSByte()); break;
            case FixedBuilder<short> b: b.Add((short)Number(value)); break;
            case FixedBuilder<int> b: b.Add(Int32(to.Type, value)); break;
            case FixedBuilder<long> b: b.Add(Int64(to.Type, value)); break;
            case FixedBuilder<Int128> b: b.Add(Int128Of(to.Type, value)); break;
            case FixedBuilder<float> b: b.Add(float.Parse(Text(value), CultureInfo.InvariantCulture)); break;
            case FixedBuilder<double> b: b.Add(double.Parse(Text(value), CultureInfo.InvariantCulture)); break;
            case TextBuilder b: b.Append(Bytes(value)); break;
            case RowBuilder b: Row(b, value); break;
            case ListBuilder b:
                foreach (var e in value.EnumerateArray()) Append(b.Elements, e);
                b.EndRow();
                break;
            case MapBuilder b:
                foreach (var e in value.GetProperty("map").EnumerateArray())
                {
                    Append(b.Keys, e[0]);
                    Append(b.Items, e[1]);
                }

                b.EndRow();
                break;
            default: throw new NotSupportedException($"input of type {to.Type}");
        }
    }

    private static void Row(RowBuilder b, JsonElement value)
    {
        var fields = value.ValueKind == JsonValueKind.Object ? value.GetProperty("row") : value;
        for (int i = 0; i < b.Children.Length; i++) Append(b.Children[i], fields[i]);
        b.Advance(1);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static long Number(JsonElement value) => (long)decimal.Parse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static byte[] Bytes(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("hex", out var hex)
        ? Convert.FromHexString(hex.GetString()!)
        : Encoding.UTF8.GetBytes(Text(value));

    private static int Int32(SqlType type, JsonElement value) => type.Kind switch
    {
        TypeKind.Date => DateOnly.Parse(Text(value), CultureInfo.InvariantCulture).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        TypeKind.Time => (int)TimeOnly.Parse(Text(value), CultureInfo.InvariantCulture).ToTimeSpan().TotalMilliseconds,
        _ => (int)Number(value),
    };

    private static long Int64(SqlType type, JsonElement value) => type.Kind switch
    {
        TypeKind.Decimal => (long)Unscaled(type, value),
        TypeKind.Timestamp or TypeKind.TimestampLtz => (long)(Nanoseconds(value) / 1_000_000),
        _ => Number(value),
    };

    private static Int128 Int128Of(SqlType type, JsonElement value) => type.Kind == TypeKind.Decimal ? Unscaled(type, value) : Nanoseconds(value);

    private static Int128 Unscaled(SqlType type, JsonElement value)
    {
        string text = Text(value);
        if (text.Contains('e', StringComparison.OrdinalIgnoreCase)) text = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string fraction = point < 0 ? "" : text[(point + 1)..];
        string digits = (point < 0 ? text : text[..point]) + fraction.PadRight(type.Scale, '0')[..type.Scale];
        return Int128.Parse(digits, CultureInfo.InvariantCulture);
    }

    private static Int128 Nanoseconds(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return (Int128)value.GetInt64() * 1_000_000;
        string text = Text(value).Replace('T', ' ').TrimEnd('Z');
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string fraction = point < 0 ? "" : text[(point + 1)..];
        var seconds = DateTime.Parse(point < 0 ? text : text[..point], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch;
        return ((Int128)(long)seconds.TotalSeconds * 1_000_000_000) + (fraction.Length == 0 ? 0 : long.Parse(fraction.PadRight(9, '0')[..9], CultureInfo.InvariantCulture));
    }
}
