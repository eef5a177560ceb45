using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_INTERSECT", "ARRAY_INTERSECT(array1, array2)", Doc = "The elements that are in both arrays, without repetitions.", Example = "ARRAY_INTERSECT(ARRAY[1, 1, 2], ARRAY[1]) = ARRAY[1]")]
public sealed class ArrayIntersect : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } a, { } b] && OneArray([a, b]) is { } common ? ([common, common], common) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (ListBuilder)to;
            ArrayElements.Distinct((ListColumn)arguments[0], row, built, (ListColumn)arguments[1], inOther: true);
            built.EndRow();
        }
    }
}
