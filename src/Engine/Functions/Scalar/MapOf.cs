using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MAP", "MAP[key1, value1, key2, value2, …]", Nulls = NullRule.Called, Doc = "A map of these keys and values; of equal keys the last counts.", Example = "MAP['a', 1] = MAP['a', 1]")]
public sealed class MapOf : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 && given.Length % 2 == 0 && TypeRules.Common(given.Where((_, i) => i % 2 == 0)) is { } key && TypeRules.Common(given.Where((_, i) => i % 2 == 1)) is { } value
            ? ([.. given.Select((_, i) => i % 2 == 0 ? key : value)], SqlType.Map(key, value).NotNull) : null;

    protected override Node Make(BoundCall call) => Node(call, default(Kernel), strict: false);

    private readonly struct Kernel : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var map = (MapBuilder)to;
            for (int i = 0; i < arguments.Length; i += 2)
            {
                // A later entry of the same key takes this one's place.
                int last = i;
                for (int j = i + 2; j < arguments.Length; j += 2) if (CellEquality.Same(arguments[i], row, arguments[j], row)) last = j;
                bool before = false;
                for (int j = 0; j < i && !before; j += 2) before = CellEquality.Same(arguments[i], row, arguments[j], row);
                if (before) continue;
                map.Keys.AppendRange(arguments[i], row, 1);
                map.Items.AppendRange(arguments[last + 1], row, 1);
            }

            map.EndRow();
        }
    }
}
