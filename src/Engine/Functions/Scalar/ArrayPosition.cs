using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_POSITION", "ARRAY_POSITION(array, element)", Doc = "Where the element stands first (1 = first); 0 if it is not there.", Example = "ARRAY_POSITION(ARRAY[4, 5], 5) = 2")]
public sealed class ArrayPosition : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ } array, { } element] && WithElement(array, element) is { } common ? ([common, common.Element!], SqlType.Int) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            ((FixedBuilder<int>)to).Add(ArrayElements.Find((ListColumn)arguments[0], row, arguments[1], row) + 1);
        }
    }
}
