using System.Text.Json;
using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>
/// A value as JSON: numbers as numbers (decimals with all their digits; NaN and infinities, which JSON does not have, as text), booleans, NULL as null,
/// ROW as object, ARRAY as array, MAP as an object of its keys' texts, and everything else as the text of <see cref="ValueText"/>, where a timestamp has no more
/// fraction digits than it needs (as in Flink's JSON format).
/// </summary>
internal static class JsonValue
{
    public static void Write(Utf8JsonWriter json, Column column, int row)
    {
        if (column.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }

        switch (column)
        {
            case TextColumn t when column.Type.IsText: json.WriteStringValue(t[row]); break;
            case TextColumn t: json.WriteBase64StringValue(t[row]); break;
            case FixedColumn<float> f: Approximate(json, f.Values[row], float.IsFinite(f.Values[row]), column, row); break;
            case FixedColumn<double> d: Approximate(json, d.Values[row], double.IsFinite(d.Values[row]), column, row); break;
            case RowColumn r: Row(json, r, row); break;
            case ListColumn l: List(json, l, row); break;
            case MapColumn m: Map(json, m, row); break;
            default: Scalar(json, column, row); break;
        }
    }

    private static void Scalar(Utf8JsonWriter json, Column column, int row)
    {
        if (column.Type.Kind == TypeKind.Boolean) json.WriteBooleanValue(((FixedColumn<byte>)column).Values[row] != 0);
        else if (column.Type.IsNumeric) json.WriteRawValue(ValueText.Of(column, row));
        else json.WriteStringValue(HasFraction(column.Type) ? WithoutZeros(ValueText.Of(column, row)) : ValueText.Of(column, row));
    }

    private static bool HasFraction(SqlType type) => type.IsTimestamp || type.Kind == TypeKind.Time;

    private static string WithoutZeros(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;

    private static void Approximate(Utf8JsonWriter json, double value, bool finite, Column column, int row)
    {
        if (!finite) json.WriteStringValue(ValueText.Of(column, row));
        else if (column.Type.Kind == TypeKind.Float) json.WriteNumberValue((float)value);
        else json.WriteNumberValue(value);
    }

    private static void Row(Utf8JsonWriter json, RowColumn column, int row)
    {
        json.WriteStartObject();
        for (int i = 0; i < column.Children.Length; i++)
        {
            json.WritePropertyName(column.Type.Fields[i].Name);
            Write(json, column.Children[i], row);
        }

        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, ListColumn column, int row)
    {
        json.WriteStartArray();
        for (int i = column.Offsets[row]; i < column.Offsets[row + 1]; i++) Write(json, column.Elements, i);
        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, MapColumn column, int row)
    {
        json.WriteStartObject();
        for (int i = column.Offsets[row]; i < column.Offsets[row + 1]; i++)
        {
            json.WritePropertyName(ValueText.Of(column.Keys, i));
            Write(json, column.Items, i);
        }

        json.WriteEndObject();
    }
}
