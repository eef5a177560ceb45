using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MAP_ENTRIES", "MAP_ENTRIES(map)", Doc = "The entries of a map as rows of key and value.", Example = "MAP_ENTRIES(MAP['a', 1]) = ARRAY[ROW('a', 1)]")]
public sealed class MapEntries : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Map } map] ? (given, SqlType.Array(SqlType.Row(new Field("key", map.Key!), new Field("value", map.Element!)).NotNull)) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var map = (MapColumn)arguments[0];
            var built = (ListBuilder)to;
            var rows = (RowBuilder)built.Elements;
            int start = map.Offsets[row], count = map.Offsets[row + 1] - start;
            rows.Children[0].AppendRange(map.Keys, start, count);
            rows.Children[1].AppendRange(map.Items, start, count);
            rows.Advance(count);
            built.EndRow();
        }
    }
}
