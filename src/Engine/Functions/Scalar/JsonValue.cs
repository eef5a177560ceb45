using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_VALUE", "JSON_VALUE(json, path [RETURNING type] [{ NULL | ERROR | DEFAULT value } ON EMPTY] [{ NULL | ERROR | DEFAULT value } ON ERROR])", Doc = "The scalar that the path finds in a JSON text, as a text or the type that is to be returned.", Example = "JSON_VALUE('{\"a\": true}', '$.a') = 'true'")]
public sealed class JsonValue : NestedFunction
{
    protected override bool MayBeNull => true;

    // Beyond the path: what to do when nothing is found and a default, the same on errors.
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length is 2 or 6 && given.All(t => Take.Text(t) is not null) ? ([.. given.Select(_ => SqlType.String)], SqlType.String) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new JsonPaths(), call.Constant(2) ?? "NULL", call.Constant(4) ?? "NULL"), strict: false);

    private readonly struct Kernel(JsonPaths paths, string onEmpty, string onError) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            if (arguments[0].IsNull(row) || arguments[1].IsNull(row))
            {
                to.AppendNulls(1);
                return;
            }

            var path = paths.Of(((TextColumn)arguments[1])[row]);
            string? wrong = paths.Find(((TextColumn)arguments[0])[row].ToArray(), path, out var document);
            using (document)
            {
                JsonElement value = !path.IsMany && paths.Found is [var one] ? one : default;
                bool scalar = value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
                bool empty = !path.IsMany && value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
                if (wrong is null && (empty || (path.IsLax && !scalar))) Instead(arguments, 3, row, onEmpty, "Empty result of JSON_VALUE function is not allowed", to);
                else if (wrong is not null || !scalar) Instead(arguments, 5, row, onError, wrong ?? "Strict jsonpath mode requires scalar value", to);
                else ((TextBuilder)to).Append(System.Text.Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
            }
        }

        private static void Instead(Column[] arguments, int value, int row, string behaviour, string message, ColumnBuilder to)
        {
            if (behaviour == "ERROR") throw new EvaluationException(message);
            if (behaviour == "DEFAULT") to.AppendRange(arguments[value], row, 1);
            else to.AppendNulls(1);
        }
    }
}
