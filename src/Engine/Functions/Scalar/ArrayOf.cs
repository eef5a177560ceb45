using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY", "ARRAY[value1, value2, …]", Nulls = NullRule.Called, Doc = "An array of these values.", Example = "ARRAY[1, 2] = ARRAY[1, 2]")]
public sealed class ArrayOf : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 && TypeRules.Common(given) is { } common ? ([.. given.Select(_ => common)], SqlType.Array(common).NotNull) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel), strict: false);

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListBuilder)to;
            foreach (var a in arguments) list.Elements.AppendRange(a, row, 1);
            list.EndRow();
        }
    }
}
