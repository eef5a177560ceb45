using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MAP_FROM_ARRAYS", "MAP_FROM_ARRAYS(keys, values)", Doc = "A map of two arrays of one length.", Example = "MAP_FROM_ARRAYS(ARRAY[1, 2], ARRAY['a', 'b']) = MAP[1, 'a', 2, 'b']")]
public sealed class MapFromArrays : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [{ Kind: TypeKind.Array } keys, { Kind: TypeKind.Array } values] ? (given, SqlType.Map(keys.Element!, values.Element!)) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel));

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            ListColumn keys = (ListColumn)arguments[0], values = (ListColumn)arguments[1];
            int start = keys.Offsets[row], count = keys.Offsets[row + 1] - start, first = values.Offsets[row];
            if (values.Offsets[row + 1] - first != count) throw new EvaluationException($"Invalid function MAP_FROM_ARRAYS call: The length of the keys array {count} is not equal to the length of the values array {values.Offsets[row + 1] - first}");
            var map = (MapBuilder)to;
            for (int i = 0; i < count; i++)
            {
                // Of equal keys the last counts.
                if (ArrayElements.IsLater(keys, row, start + i)) continue;
                map.Keys.AppendRange(keys.Elements, start + i, 1);
                map.Items.AppendRange(values.Elements, first + i, 1);
            }

            map.EndRow();
        }
    }
}
