using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_QUERY", "JSON_QUERY(json, path [RETURNING type] [WITHOUT | WITH CONDITIONAL | WITH UNCONDITIONAL WRAPPER] [{ NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR } ON EMPTY] [… ON ERROR])", Doc = "The object or array that the path finds in a JSON text, as JSON text or as an array of texts.", Example = "JSON_QUERY('{\"a\": [1, 2]}', '$.a') = '[1,2]'")]
public sealed class JsonQuery : NestedFunction
{
    protected override bool MayBeNull => true;

    // Beyond the path: wrapper, what to do when nothing is found, and on errors; one more says that an array of texts is wanted.
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length is 2 or 5 or 6 && given.All(t => Take.Text(t) is not null)
            ? ([.. given.Select(_ => SqlType.String)], given.Length == 6 ? SqlType.Array(SqlType.String) : SqlType.String) : null;

    protected override Node Make(BoundCall call) =>
        Node(call, new Kernel(new JsonPaths(), new ArrayBufferWriter<byte>(), call.Constant(2) ?? "WITHOUT", call.Constant(3) ?? "NULL", call.Constant(4) ?? "NULL"));

    private readonly struct Kernel(JsonPaths paths, ArrayBufferWriter<byte> text, string wrapper, string onEmpty, string onError) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var path = paths.Of(((TextColumn)arguments[1])[row]);
            string? wrong = paths.Find(((TextColumn)arguments[0])[row].ToArray(), path, out var document);
            using (document)
            {
                bool empty = !path.IsMany && paths.Found is [] or [{ ValueKind: JsonValueKind.Null }];
                bool isArray = path.IsMany || paths.Found is [{ ValueKind: JsonValueKind.Array }];
                bool wraps = !empty && (wrapper == "UNCONDITIONAL" || (wrapper == "CONDITIONAL" && !isArray));
                bool scalar = !wraps && !isArray && paths.Found is [{ ValueKind: not JsonValueKind.Object }];
                if (wrong is null && (empty || (path.IsLax && scalar))) Instead(onEmpty, "Empty result of JSON_QUERY function is not allowed", to);
                else if (wrong is not null || scalar) Instead(onError, wrong ?? $"Strict jsonpath mode requires array or object value, and the actual value is: '{paths.Found[0]}'", to);
                else Give(wraps, isArray, path.IsMany, to);
            }
        }

        private void Give(bool wraps, bool isArray, bool many, ColumnBuilder to)
        {
            if (to is ListBuilder list)
            {
                if (!wraps && !isArray) throw new EvaluationException("JSON_QUERY: an object is no array");
                IEnumerable<JsonElement> items = wraps || many ? paths.Found : paths.Found[0].EnumerateArray();
                foreach (var item in items)
                {
                    if (item.ValueKind == JsonValueKind.Null) list.Elements.AppendNulls(1);
                    else if (item.ValueKind == JsonValueKind.String) ((TextBuilder)list.Elements).Append(System.Text.Encoding.UTF8.GetBytes(item.GetString()!));
                    else ((TextBuilder)list.Elements).Append(Json(item));
                }

                list.EndRow();
                return;
            }

            text.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(text))
            {
                if (wraps) writer.WriteStartArray();
                if (many) writer.WriteStartArray();
                foreach (var item in paths.Found) JsonOutput.Write(item, writer);
                if (many) writer.WriteEndArray();
                if (wraps) writer.WriteEndArray();
            }

            ((TextBuilder)to).Append(text.WrittenSpan);
        }

        private ReadOnlySpan<byte> Json(JsonElement item)
        {
            text.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(text)) JsonOutput.Write(item, writer);
            return text.WrittenSpan;
        }

        private static void Instead(string behaviour, string message, ColumnBuilder to)
        {
            if (behaviour == "ERROR") throw new EvaluationException(message);
            if (behaviour == "NULL") to.AppendNulls(1);
            else if (to is ListBuilder list) list.EndRow();
            else ((TextBuilder)to).Append(behaviour == "EMPTY ARRAY" ? "[]"u8 : "{}"u8);
        }
    }
}
