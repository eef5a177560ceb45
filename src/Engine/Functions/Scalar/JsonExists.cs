using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_EXISTS", "JSON_EXISTS(json, path [{ TRUE | FALSE | UNKNOWN | ERROR } ON ERROR])", Doc = "Whether the path finds something in a JSON text.", Example = "JSON_EXISTS('{\"a\": 1}', '$.a') = TRUE")]
public sealed class JsonExists : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length is 2 or 3 && given.All(t => Take.Text(t) is not null) ? ([.. given.Select(_ => SqlType.String)], SqlType.Boolean) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new JsonPaths(), call.Constant(2) ?? "FALSE"));

    private readonly struct Kernel(JsonPaths paths, string onError) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var path = paths.Of(((TextColumn)arguments[1])[row]);
            string? wrong = paths.Find(((TextColumn)arguments[0])[row].ToArray(), path, out var document);
            using (document)
            {
                bool found = path.IsMany ? wrong is null : paths.Found is [{ ValueKind: not JsonValueKind.Null }];
                if (wrong is not null && onError == "ERROR") throw new EvaluationException(wrong);
                if (wrong is not null && onError == "UNKNOWN") to.AppendNulls(1);
                else ((FixedBuilder<byte>)to).Add((wrong is null ? found : onError == "TRUE") ? (byte)1 : (byte)0);
            }
        }
    }
}
