using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_DISTINCT", "ARRAY_DISTINCT(array)", Doc = "The array without repetitions; the first of equal elements stays.", Example = "ARRAY_DISTINCT(ARRAY[1, 2, 1]) = ARRAY[1, 2]")]
public sealed class ArrayDistinct : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array] ? (given, array) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (ListBuilder)to;
            ArrayElements.Distinct((ListColumn)arguments[0], row, built, null);
            built.EndRow();
        }
    }
}
