using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_APPEND", "ARRAY_APPEND(array, element)", Nulls = NullRule.Called, Doc = "The array with one more element at its end.", Example = "ARRAY_APPEND(ARRAY[1], 2) = ARRAY[1, 2]")]
public sealed class ArrayAppend : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } array, { } element] && WithElement(array, element) is { } common ? ([common, common.Element!], common.WithNullable(array.Nullable)) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel), strict: false);

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            if (list.IsNull(row))
            {
                to.AppendNulls(1);
                return;
            }

            var built = (ListBuilder)to;
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            built.Elements.AppendRange(list.Elements, start, end - start);
            built.Elements.AppendRange(arguments[1], row, 1);
            built.EndRow();
        }
    }
}
