using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MAP_UNION", "MAP_UNION(map1, map2, …)", Doc = "One map of all entries; of equal keys the last counts.", Example = "MAP_UNION(MAP['a', 1], MAP['a', 2]) = MAP['a', 2]")]
public sealed class MapUnion : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 && TypeRules.Common(given) is { Kind: TypeKind.Map } common ? ([.. given.Select(_ => common)], common) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var built = (MapBuilder)to;
            for (int m = 0; m < arguments.Length; m++)
            {
                var map = (MapColumn)arguments[m];
                for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++)
                {
                    if (In(arguments, 0, m, row, map, i) is not null) continue;
                    var (by, at) = In(arguments, m + 1, arguments.Length, row, map, i) ?? (map, i);
                    built.Keys.AppendRange(map.Keys, i, 1);
                    built.Items.AppendRange(by.Items, at, 1);
                }
            }

            built.EndRow();
        }
    }

    // The last entry of the same key among maps [from, to).
    private static (MapColumn Map, int At)? In(Column[] maps, int from, int to, int row, MapColumn of, int entry)
    {
        for (int m = to - 1; m >= from; m--)
        {
            var map = (MapColumn)maps[m];
            for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++) if (CellEquality.Same(map.Keys, i, of.Keys, entry)) return (map, i);
        }

        return null;
    }
}
