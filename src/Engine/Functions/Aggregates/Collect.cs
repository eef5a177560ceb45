using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("COLLECT", "COLLECT(value)", Doc = "The values that are not NULL, each with how often it occurs.")]
public sealed class Collect : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ Kind: not TypeKind.Null } type] ? new ResolvedCall(Name, arguments, SqlType.Multiset(type.NotNull).NotNull) : null;

    public override Aggregate Bind(AggregateCall call) => call.Type.Kind == TypeKind.Multiset && call.ArgumentTypes.Length == 1 ? new Bag(call) : throw Unknown(call);

    private sealed class Bag(AggregateCall call) : ListedAggregate(call)
    {
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
        private readonly List<int> _counts = [];

        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            // Entries of equal bytes are equal values; they stay in the order of their first.
            var bag = (MapBuilder)to;
            _places.Clear();
            _counts.Clear();
            while (list.Length > 0)
            {
                var entry = Next(ref list);
                string key = System.Text.Encoding.Latin1.GetString(entry);
                if (_places.TryAdd(key, _counts.Count))
                {
                    _counts.Add(1);
                    Value(entry, 0, bag.Keys);
                }
                else _counts[_places[key]]++;
            }

            foreach (int n in _counts) ((FixedBuilder<int>)bag.Items).Add(n);
            bag.EndRow();
        }
    }
}
