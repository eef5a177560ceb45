using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>OVER aggregates against a model that looks at all rows of a frame, whatever the batches, marks and restores.</summary>
public class OverAggregateTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.String), ("v", SqlType.BigInt), ("ts", SqlType.Timestamp(3).NotNull));

    private static readonly AggregateCall[] Calls =
    [
        new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new("SUM", [1], [SqlType.BigInt], -1, false, SqlType.BigInt), new("MIN", [1], [SqlType.BigInt], -1, false, SqlType.BigInt),
        new("COUNT", [1], [SqlType.BigInt], -1, true, SqlType.BigInt.NotNull),
    ];

    private static readonly Schema Output = Input.Concat(Schema.Of(("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt), ("m", SqlType.BigInt), ("d", SqlType.BigInt.NotNull)));

    private sealed record Row(string Key, long? Value, long Time)
    {
        public string Text => $"{Key} {Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "NULL"} {Time}";
    }

    [Fact]
    public void Sees_the_rows_of_its_frame() => Gen.Select(Gen.Int, Gen.Bool, Gen.Int[-1, 5], Gen.Bool).Sample((seed, byRows, bound, arrival) =>
    {
        var random = new Random(seed);
        long preceding = bound < 0 ? -1 : byRows ? bound : bound * 4;
        if (arrival) byRows = true;
        var model = new Model(byRows, preceding, arrival);
        var batches = new List<List<string>>();
        long clock = 0, watermark = long.MinValue;
        for (int b = random.Next(1, 5); b > 0; b--)
        {
            var lines = new List<string>();
            for (int n = random.Next(1, 60); n > 0; n--)
            {
                if (random.Next(4) == 0 && clock - 6 > watermark)
                {
                    lines.Add($"watermark {watermark = clock - 6}");
                    model.Advance(watermark);
                }

                clock += random.Next(3);
                var row = new Row(random.Next(9) == 0 ? "NULL" : $"key-of-some-length-{random.Next(4)}", random.Next(7) == 0 ? null : random.Next(10), Math.Max(0, clock - random.Next(10)));
                lines.Add(row.Text);
                model.Add(row);
            }

            batches.Add(lines);
        }

        model.Advance(long.MaxValue);
        var spec = new OverAggregateSpec(Output, [0], arrival ? -1 : 2, arrival, byRows, preceding, [.. Calls]);
        foreach (var mode in HarnessMode.All)
        {
            using var over = new OperatorHarness(spec, [Input], mode);
            foreach (var lines in batches) over.Batch(0, StreamFile.Rows(Input, lines));
            over.AdvanceTo(long.MaxValue);
            var (expected, actual) = (model.Out.Order(StringComparer.Ordinal), over.Take().Order(StringComparer.Ordinal));
            Assert.True(expected.SequenceEqual(actual), $"{spec.Describe()} {mode}\nrows {string.Join(" / ", batches.Select(l => string.Join(", ", l)))}\nexpected {string.Join(", ", expected)}\nactual   {string.Join(", ", actual)}");
            Assert.Equal(model.Late, over.Count("late_rows"));
        }
    }, iter: 40, threads: 2);

    private sealed class Model(bool byRows, long preceding, bool arrival)
    {
        private readonly Dictionary<string, List<Row>> _waiting = [];
        private readonly Dictionary<string, List<Row>> _left = [];
        private long _watermark = long.MinValue;

        public List<string> Out { get; } = [];

        public int Late { get; private set; }

        public void Add(Row row)
        {
            var left = Of(_left, row.Key);
            if (!arrival && (preceding < 0 ? row.Time <= _watermark : left.Count > 0 && row.Time <= left[^1].Time)) Late++;
            else if (arrival) Leave(left, [row]);
            else Of(_waiting, row.Key).Add(row);
        }

        public void Advance(long watermark)
        {
            _watermark = watermark;
            foreach (var (key, waiting) in _waiting)
            {
                foreach (var peers in waiting.Where(r => r.Time <= watermark).GroupBy(r => r.Time).OrderBy(g => g.Key))
                {
                    if (!byRows) Leave(Of(_left, key), [.. peers]);
                    else foreach (var row in peers) Leave(Of(_left, key), [row]);
                }

                waiting.RemoveAll(r => r.Time <= watermark);
            }
        }

        private void Leave(List<Row> left, List<Row> rows)
        {
            left.AddRange(rows);
            var frame = preceding < 0 ? left : byRows ? left.TakeLast((int)preceding + 1).ToList() : left.FindAll(r => r.Time >= rows[0].Time - preceding);
            long[] values = [.. frame.Where(r => r.Value is not null).Select(r => r.Value!.Value)];
            string results = values.Length == 0 ? "NULL NULL 0" : $"{values.Sum()} {values.Min()} {values.Distinct().Count()}";
            foreach (var row in rows) Out.Add($"+I {row.Text} {frame.Count} {results}");
        }

        private static List<Row> Of(Dictionary<string, List<Row>> lists, string key)
        {
            if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);
            return list;
        }
    }
}
