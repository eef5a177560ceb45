using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Interval joins of every type against the rule: a row meets the rows of the other side that are there and not given up at the watermark in force at it.</summary>
public class IntervalJoinTests
{
    private static readonly Schema Left = Schema.Of(("k", SqlType.BigInt), ("j", SqlType.String), ("a", SqlType.Int), ("ts", SqlType.Timestamp(3)));
    private static readonly Schema Right = Schema.Of(("ts", SqlType.Timestamp(3)), ("b", SqlType.Int), ("j", SqlType.String), ("k", SqlType.BigInt));
    private static readonly Expr Smaller = new CallExpr("<", [new ColumnExpr(2, SqlType.Int), new ColumnExpr(5, SqlType.Int)], SqlType.Boolean);

    [Fact]
    public void Equals_the_rule() => Gen.Select(Gen.Int, Gen.Int[0, 3], Gen.Bool, Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, type, keyed, condition, mode) =>
    {
        var random = new Random(seed);
        long lower = random.Next(-3000, 2000), upper = lower + random.Next(-500, 4000), watermark = 0;
        var spec = new IntervalJoinSpec(((JoinType)type).OutputOf(Left, Right), (JoinType)type, keyed ? [0, 1] : [], keyed ? [3, 2] : [], 3, 0, lower, upper, condition ? Smaller : null);
        using var join = new OperatorHarness(spec, [Left, Right], HarnessMode.All.ElementAt(mode));
        join.AdvanceTo(0);
        var model = new Model((JoinType)type, lower, upper, (l, r) => (!keyed || l.SameKey(r)) && (!condition || l.Value < r.Value));
        for (int step = random.Next(1, 14); step > 0; step--)
        {
            int port = random.Next(2);
            List<Row> rows = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Row.Random(random, watermark))];
            var lines = new List<string>();
            foreach (var row in rows)
            {
                lines.Add(row.Text(port));
                model.Add(port, row, watermark);
            }

            join.Batch(port, StreamFile.Rows(port == 0 ? Left : Right, lines));
            if (random.Next(2) == 0) join.AdvanceTo(watermark += random.Next(4000));
        }

        join.AdvanceTo(long.MaxValue);
        Assert.Equal(model.Result().Order(StringComparer.Ordinal), join.Take().Select(r => r[3..]).Order(StringComparer.Ordinal));
    }, iter: 120);

    [Fact]
    public void The_watermark_stays_behind_every_row_that_leaves()
    {
        var spec = new IntervalJoinSpec(JoinType.Full.OutputOf(Left, Right), JoinType.Full, [0], [3], 3, 0, -2000, 5000);
        using var join = new OperatorHarness(spec, [Left, Right], new HarnessMode(64));
        var random = new Random(3);
        long advanced = long.MinValue;
        join.Observe = (batch, watermark) =>
        {
            if (batch is null) advanced = watermark;
            for (int r = 0; batch is not null && r < batch.Length; r++)
                foreach (int c in (int[])[3, 4]) if (!batch.Columns[c].IsNull(r)) Assert.True(((FixedColumn<long>)batch.Columns[c]).Values[r] > advanced);
        };
        for (long t = 1000; t < 100_000; t += 1000)
        {
            for (int port = 0; port < 2; port++)
            {
                string[] lines = [.. Enumerable.Range(0, 20).Select(_ => new Row(random.Next(3), "j", 1, t + random.Next(1000)).Text(port))];
                join.Batch(port, StreamFile.Rows(port == 0 ? Left : Right, lines));
            }

            join.AdvanceTo(t - 1);
        }

        Assert.True(advanced > 50_000);
    }

    [Fact]
    public void Output_larger_than_input_leaves_in_batches()
    {
        var spec = new IntervalJoinSpec(Left.Concat(Right), JoinType.Inner, [0], [3], 3, 0, 0, 10);
        using var join = new OperatorHarness(spec, [Left, Right], new HarnessMode(64, Narrow: true));
        int largest = 0;
        join.Observe = (b, _) => largest = Math.Max(largest, b?.Length ?? 0);
        join.Batch(0, StreamFile.Rows(Left, [.. Enumerable.Range(0, 300).Select(i => $"1 x {i} 10")]));
        join.Batch(1, StreamFile.Rows(Right, [.. Enumerable.Range(0, 300).Select(i => $"10 {i} y 1")]));
        Assert.Equal(90_000, join.Take().Count);
        Assert.Equal(64, largest);
    }

    private sealed class Model(JoinType type, long lower, long upper, Func<Row, Row, bool> matches)
    {
        private readonly List<Row>[] _kept = [[], []];
        private readonly HashSet<Row> _matched = new(ReferenceEqualityComparer.Instance);
        private readonly List<(int Port, Row Row)> _all = [];
        private readonly List<string> _pairs = [];

        private long Slack => Math.Max(0, (upper - lower) / 2);

        public void Add(int port, Row row, long watermark)
        {
            _all.Add((port, row));
            foreach (var other in _kept[1 - port])
            {
                var (l, r) = port == 0 ? (row, other) : (other, row);
                if (l.Time - r.Time < lower || l.Time - r.Time > upper || watermark > Due(1 - port, other) + Slack || !matches(l, r)) continue;
                _matched.UnionWith([l, r]);
                _pairs.Add($"{l.Text(0)} {r.Text(1)}");
            }

            if (watermark < Due(port, row)) _kept[port].Add(row);
        }

        public IEnumerable<string> Result()
        {
            var alone = _all.Where(a => !_matched.Contains(a.Row));
            var left = type is JoinType.Left or JoinType.Full ? alone.Where(a => a.Port == 0).Select(a => a.Row.Text(0) + " NULL NULL NULL NULL") : [];
            var right = type is JoinType.Right or JoinType.Full ? alone.Where(a => a.Port == 1).Select(a => "NULL NULL NULL NULL " + a.Row.Text(1)) : [];
            return _pairs.Concat(left).Concat(right);
        }

        private long Due(int port, Row row) => row.Time + (port == 0 ? -lower : upper);
    }

    private sealed record Row(long? K, string? J, int Value, long Time) : IJoinRow
    {
        public static Row Random(Random random, long watermark) => new(
            random.Next(8) == 0 ? null : random.Next(3), random.Next(8) == 0 ? null : new string('j', 1 + (random.Next(2) * 20)), random.Next(6), watermark + random.Next(-3000, 6000));

        public bool SameKey(Row other) => K is not null && K == other.K && J is not null && J == other.J;

        public string Text(int port) => port == 0 ? $"{K?.ToString() ?? "NULL"} {J ?? "NULL"} {Value} {Time}" : $"{Time} {Value} {J ?? "NULL"} {K?.ToString() ?? "NULL"}";
    }
}
