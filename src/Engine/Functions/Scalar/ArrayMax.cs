using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ARRAY_MAX", "ARRAY_MAX(array)", Doc = "The greatest element that is not NULL; NULL if there is none.", Example = "ARRAY_MAX(ARRAY[1, 3, 2]) = 3")]
public sealed class ArrayMax : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } array] && CellOrder.Has(array.Element!) ? (given, array.Element!) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int start = list.Offsets[row], end = list.Offsets[row + 1];
            int best = -1;
            for (int i = start; i < end; i++)
                if (!list.Elements.IsNull(i) && (best < 0 || CellOrder.Compare(list.Elements, i, list.Elements, best) > 0)) best = i;
            if (best < 0) to.AppendNulls(1);
            else to.AppendRange(list.Elements, best, 1);
        }
    }
}
