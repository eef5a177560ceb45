using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Json;

/// <summary>Values as JSON text, as Flink's JSON functions write it: no blanks, members in the order of their names.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Utf8JsonWriter Writer(IBufferWriter<byte> to) => new(to, Options);

    /// <summary>A parsed value.</summary>
    public static void Write(JsonElement value, Utf8JsonWriter to)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                to.WriteStartObject();
                foreach (var p in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    to.WritePropertyName(p.Name);
                    Write(p.Value, to);
                }

                to.WriteEndObject();
                break;
            case JsonValueKind.Array:
                to.WriteStartArray();
                foreach (var e in value.EnumerateArray()) Write(e, to);
                to.WriteEndArray();
                break;
            default: value.WriteTo(to); break;
        }
    }

    /// <summary>A value of a column: rows as objects, maps by their keys' texts, binary as Base64, times as ISO 8601.</summary>
    public static void Write(Column column, int row, Utf8JsonWriter to)
    {
        if (column.IsNull(row))
        {
            to.WriteNullValue();
            return;
        }

        switch (column)
        {
            case RowColumn r:
                to.WriteStartObject();
                for (int f = 0; f < r.Children.Length; f++)
                {
                    to.WritePropertyName(r.Type.Fields[f].Name);
                    Write(r.Children[f], row, to);
                }

                to.WriteEndObject();
                break;
            case ListColumn l:
                to.WriteStartArray();
                for (int i = l.Offsets[row]; i < l.Offsets[row + 1]; i++) Write(l.Elements, i, to);
                to.WriteEndArray();
                break;
            case MapColumn m:
                to.WriteStartObject();
                foreach (var (name, at) in Enumerable.Range(m.Offsets[row], m.Offsets[row + 1] - m.Offsets[row]).Select(i => (Name: Scalar(m.Keys, i), At: i)).OrderBy(e => e.Name, StringComparer.Ordinal))
                {
                    to.WritePropertyName(name);
                    Write(m.Items, at, to);
                }

                to.WriteEndObject();
                break;
            case FixedColumn<byte> b when column.Type.Kind == TypeKind.Boolean: to.WriteBooleanValue(b.Values[row] != 0); break;
            case TextColumn t when column.Type.IsBinary: to.WriteBase64StringValue(t[row]); break;
            case TextColumn t: to.WriteStringValue(t[row]); break;
            default:
                string text = Scalar(column, row);
                if (column.Type.IsNumeric && (char.IsAsciiDigit(text[^1]) || text.EndsWith(".0", StringComparison.Ordinal))) to.WriteRawValue(text, true);
                else to.WriteStringValue(text);
                break;
        }
    }

    // As CAST prints it, but for the T and Z of times.
    private static string Scalar(Column column, int row)
    {
        var type = column.Type;
        if (column is TextColumn t) return type.IsBinary ? Convert.ToBase64String(t[row]) : Encoding.UTF8.GetString(t[row]);
        var node = new HeldNode(type.NotNull);
        node.Hold(column, row, 1);
        var text = (TextColumn)Casting.To(node, SqlType.String.NotNull, new Evaluation(EvaluationContext.At(0))).Evaluate(new Rows(1, default, true, 0));
        string s = Encoding.UTF8.GetString(text[0]);
        return type.IsTimestamp ? s.Replace(' ', 'T') + (type.Kind == TypeKind.TimestampLtz ? "Z" : "") : s;
    }
}
