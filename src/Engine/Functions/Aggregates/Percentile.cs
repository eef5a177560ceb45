using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("PERCENTILE", "PERCENTILE(value, percentage[, frequency])", Doc = "The exact percentile (0 to 1, or an array of them) of numbers, each counted as often as its frequency says, between neighbours by their distance; NULL if there are none.")]
public sealed class Percentile : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments)
    {
        if (arguments.Length is not (2 or 3) || !arguments[0].IsNumeric || (arguments.Length == 3 && !arguments[2].IsInteger)) return null;
        var percentage = arguments[1];
        bool many = percentage is { Kind: TypeKind.Array } && percentage.Element!.IsNumeric;
        if (percentage.Nullable || (!many && !percentage.IsNumeric)) return null;
        var wanted = many ? SqlType.Array(SqlType.Double.WithNullable(percentage.Element!.Nullable)).NotNull : SqlType.Double.NotNull;
        ImmutableArray<SqlType> types = [SqlType.Double.WithNullable(arguments[0].Nullable), wanted];
        if (arguments.Length == 3) types = types.Add(SqlType.BigInt.WithNullable(arguments[2].Nullable));
        return new ResolvedCall(Name, types, many ? SqlType.Array(SqlType.Double) : SqlType.Double);
    }

    public override Aggregate Bind(AggregateCall call) => Resolve(call.ArgumentTypes) is not null ? new Numbers(call) : throw Unknown(call);

    private sealed class Numbers(AggregateCall call) : ListedAggregate(call)
    {
        private readonly ColumnBuilder[] _parts = [.. call.ArgumentTypes.Select(ColumnBuilder.Create)];
        private readonly Column[] _columns = [.. call.ArgumentTypes.Select(Column.Create)];

        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            foreach (var p in _parts) p.Reset();
            while (list.Length > 0)
            {
                var entry = Next(ref list);
                foreach (var p in _parts) entry = CellBytes.Read(entry, p);
            }

            for (int i = 0; i < _parts.Length; i++) _parts[i].Show(_columns[i]);
            var values = new SortedDictionary<double, long>();
            long total = 0;
            for (int i = 0; i < _parts[0].Count; i++)
            {
                // A row whose frequency is NULL or not positive does not count.
                long times = _columns.Length < 3 ? 1 : _columns[2].IsNull(i) ? 0 : Math.Max(0, ((FixedColumn<long>)_columns[2]).Values[i]);
                if (times == 0) continue;
                double value = ((FixedColumn<double>)_columns[0]).Values[i];
                values[value] = values.GetValueOrDefault(value) + times;
                total += times;
            }

            if (total == 0 || _columns[1] is ListColumn { Elements.Length: 0 }) to.AppendNulls(1);
            else if (_columns[1] is ListColumn many) All(values, total, many, (ListBuilder)to);
            else ((FixedBuilder<double>)to).Add(At(values, total, ((FixedColumn<double>)_columns[1]).Values[0]));
        }

        private static void All(SortedDictionary<double, long> values, long total, ListColumn percentages, ListBuilder to)
        {
            for (int i = percentages.Offsets[0]; i < percentages.Offsets[1]; i++) ((FixedBuilder<double>)to.Elements).Add(At(values, total, ((FixedColumn<double>)percentages.Elements).Values[i]));
            to.EndRow();
        }

        private static double At(SortedDictionary<double, long> values, long total, double percentage)
        {
            if (percentage is not (>= 0 and <= 1)) throw new EvaluationException($"Percentage of PERCENTILE should be between [0.0, 1.0], but was '{percentage}'.");
            double position = (total - 1) * percentage;
            double lower = Math.Floor(position), higher = Math.Ceiling(position);
            double low = Ranked(values, (long)lower), high = Ranked(values, (long)higher);
            return lower == higher || low == high ? low : ((higher - position) * low) + ((position - lower) * high);
        }

        private static double Ranked(SortedDictionary<double, long> values, long rank)
        {
            foreach (var (value, times) in values) if ((rank -= times) < 0) return value;
            throw new ArgumentOutOfRangeException(nameof(rank));
        }
    }
}
