using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_REMOVE", "ARRAY_REMOVE(array, element)", Nulls = NullRule.Called, Doc = "The array without the elements that are equal to the given one; NULL is looked for as well.", Example = "ARRAY_REMOVE(ARRAY[1, 2, 1], 1) = ARRAY[2]")]
public sealed class ArrayRemove : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } array, { } element] && WithElement(array, element) is { } common ? ([common, common.Element!], array) : null;

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
            for (int i = list.Offsets[row]; i < list.Offsets[row + 1]; i++)
                if (!CellEquality.Same(list.Elements, i, arguments[1], row)) built.Elements.AppendRange(list.Elements, i, 1);
            built.EndRow();
        }
    }
}
