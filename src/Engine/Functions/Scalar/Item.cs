using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ITEM", "array[index]", "map[key]", Doc = "An element of an array by its position (1 = the first), or of a map by its key; NULL if there is none.", Example = "ARRAY[7, 8][2] = 8")]
public sealed class Item : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given switch
        {
            [{ Kind: TypeKind.Array } array, { IsInteger: true } or { Kind: TypeKind.Null }] => ([array, SqlType.Int], array.Element!),
            [{ Kind: TypeKind.Map } map, { } key] when TypeRules.Common(map.Key!, key) is { } common && TypeRules.SameButNullability(common, map.Key!) => ([map, map.Key!], map.Element!),
            [{ Kind: TypeKind.Map } map, { IsText: true } or { IsNumeric: true }] when given[1].IsText == map.Key!.IsText && given[1].IsNumeric == map.Key.IsNumeric => ([map, map.Key], map.Element!),
            _ => null,
        };

    protected override Node Make(BoundCall call) => call.Arguments[0].Type.Kind == TypeKind.Array ? Node(call, default(OfArray)) : Node(call, default(OfMap), strict: false);

    private readonly struct OfArray : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var list = (ListColumn)arguments[0];
            int at = ((FixedColumn<int>)arguments[1]).Values[row] - 1, start = list.Offsets[row];
            if (at < 0 || at >= list.Offsets[row + 1] - start) to.AppendNulls(1);
            else to.AppendRange(list.Elements, start + at, 1);
        }
    }

    // NULL is a key too.
    private readonly struct OfMap : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var map = (MapColumn)arguments[0];
            for (int i = map.IsNull(row) ? 0 : map.Offsets[row], end = map.IsNull(row) ? 0 : map.Offsets[row + 1]; i < end; i++)
            {
                if (!CellEquality.Same(map.Keys, i, arguments[1], row)) continue;
                to.AppendRange(map.Items, i, 1);
                return;
            }

            to.AppendNulls(1);
        }
    }
}
