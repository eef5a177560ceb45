using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_REVERSE", "ARRAY_REVERSE(array)", Doc = "The elements from the last to the first.", Example = "ARRAY_REVERSE(ARRAY[1, 2]) = ARRAY[2, 1]")]
public sealed class ArrayReverse : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array] ? (given, array) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            var built = (ListBuilder)to;
            for (int i = end - 1; i >= start; i--) built.Elements.AppendRange(list.Elements, i, 1);
            built.EndRow();
        }
    }
}
