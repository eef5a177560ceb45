using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_CONCAT", "ARRAY_CONCAT(array1, array2, …)", Doc = "The elements of all arrays in their order.", Example = "ARRAY_CONCAT(ARRAY[1], ARRAY[2]) = ARRAY[1, 2]")]
public sealed class ArrayConcat : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 && OneArray(given) is { } common ? ([.. given.Select(_ => common)], common) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (ListBuilder)to;
            foreach (var a in arguments)
            {
                var list = (ListColumn)a;
                built.Elements.AppendRange(list.Elements, list.Offsets[row], list.Offsets[row + 1] - list.Offsets[row]);
            }

            built.EndRow();
        }
    }
}
