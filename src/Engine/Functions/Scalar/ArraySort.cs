using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_SORT", "ARRAY_SORT(array[, ascending[, nulls_first]])", Doc = "The elements in ascending (else descending) order; NULLs first when ascending, last when descending, or as said.", Example = "ARRAY_SORT(ARRAY[2, 1]) = ARRAY[1, 2]")]
public sealed class ArraySort : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array, .. { Length: <= 2 } flags] && CellOrder.Has(array.Element!) && flags.All(f => Take.Boolean(f) is not null) ? ([array, .. flags.Select(_ => SqlType.Boolean)], array) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            bool ascending = arguments.Length < 2 || ((FixedColumn<byte>)arguments[1]).Values[row] != 0;
            bool nullsFirst = arguments.Length < 3 ? ascending : ((FixedColumn<byte>)arguments[2]).Values[row] != 0;
            var elements = list.Elements;
            int[] order = [.. Enumerable.Range(start, end - start)];
            Array.Sort(order, (a, b) =>
            {
                bool nullA = elements.IsNull(a), nullB = elements.IsNull(b);
                int by = nullA || nullB ? (nullA == nullB ? 0 : nullA == nullsFirst ? -1 : 1) : ascending ? CellOrder.Compare(elements, a, elements, b) : CellOrder.Compare(elements, b, elements, a);
                return by != 0 ? by : a.CompareTo(b);
            });
            var built = (ListBuilder)to;
            built.Elements.Gather(elements, order);
            built.EndRow();
        }
    }
}
