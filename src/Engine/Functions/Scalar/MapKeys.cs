using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MAP_KEYS", "MAP_KEYS(map)", Doc = "The keys of a map.", Example = "MAP_KEYS(MAP['a', 1]) = ARRAY['a']")]
public sealed class MapKeys : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Map } map] ? (given, SqlType.Array(map.Key!)) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var map = (MapColumn)arguments[0];
            var built = (ListBuilder)to;
            built.Elements.AppendRange(map.Keys, map.Offsets[row], map.Offsets[row + 1] - map.Offsets[row]);
            built.EndRow();
        }
    }
}
