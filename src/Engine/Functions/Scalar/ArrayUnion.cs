using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_UNION", "ARRAY_UNION(array1, array2)", Doc = "The elements of both arrays without repetitions.", Example = "ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3]) = ARRAY[1, 2, 3]")]
public sealed class ArrayUnion : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } a, { } b] && OneArray([a, b]) is { } common ? ([common, common], common) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (ListBuilder)to;
            ListColumn a = (ListColumn)arguments[0], b = (ListColumn)arguments[1];
            ArrayElements.Distinct(a, row, built, null);
            for (int i = b.Offsets[row]; i < b.Offsets[row + 1]; i++)
                if (ArrayElements.Find(a, row, b.Elements, i) < 0 && ArrayElements.IsFirst(b, row, i)) built.Elements.AppendRange(b.Elements, i, 1);
            built.EndRow();
        }
    }
}
