using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_SLICE", "ARRAY_SLICE(array, start[, end])", Doc = "The elements from a position to another, both included; negative positions count from the end.", Example = "ARRAY_SLICE(ARRAY[1, 2, 3], 2) = ARRAY[2, 3]")]
public sealed class ArraySlice : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array, .. { Length: 1 or 2 } bounds] && bounds.All(b => Take.Int(b) is not null) ? ([array, .. bounds.Select(_ => SqlType.Int)], array) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            int count = end - start;
            int from = At(((FixedColumn<int>)arguments[1]).Values[row], count), until = arguments.Length > 2 ? At(((FixedColumn<int>)arguments[2]).Values[row], count) : count;
            var built = (ListBuilder)to;
            from = Math.Max(from, 1);
            until = Math.Min(until, count);
            if (count > 0 && from <= until) built.Elements.AppendRange(list.Elements, start + from - 1, until - from + 1);
            built.EndRow();
        }
    }

    // 0 is the first.
    private static int At(int position, int count) => position < 0 ? count + position + 1 : position == 0 ? 1 : position;
}
