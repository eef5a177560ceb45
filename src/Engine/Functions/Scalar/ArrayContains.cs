using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_CONTAINS", "ARRAY_CONTAINS(array, element)", Nulls = NullRule.Called, Doc = "Whether an element is in the array; NULL is looked for as well.", Example = "ARRAY_CONTAINS(ARRAY[1, 2], 2) = TRUE")]
public sealed class ArrayContains : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } array, { } element] && WithElement(array, element) is { } common ? ([common, common.Element!], SqlType.Boolean.WithNullable(array.Nullable)) : null;

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

            ((FixedBuilder<byte>)to).Add(ArrayElements.Find(list, row, arguments[1], row) >= 0 ? (byte)1 : (byte)0);
        }
    }
}
