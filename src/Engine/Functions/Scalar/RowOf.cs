using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ROW", "ROW(value1, value2, …)", Nulls = NullRule.Called, Doc = "A row of these values; its fields are called EXPR$0, EXPR$1, ….", Example = "ROW(1, 'a') = (1, 'a')")]
public sealed class RowOf : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 ? (given, SqlType.Row([.. given.Select((t, i) => new Field($"EXPR${i}", t))]).NotNull) : null;

    protected override Node Make(BoundCall call) => new RowOfNode(call.Type, [.. call.Arguments]);
}
