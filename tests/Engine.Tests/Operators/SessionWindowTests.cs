using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Sessions against a program that keeps, per key, a list of intervals and joins those that a row touches: the same for every batch size and cut (I14).</summary>
public class SessionWindowTests
{
    private const long Gap = 50;

    private static readonly Schema Input = Schema.Of(("k", SqlType.String), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt));
    private static readonly Schema Output = Schema.Of(("k", SqlType.String), ("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt), ("m", SqlType.BigInt), ("start", SqlType.Timestamp(3)), ("end", SqlType.Timestamp(3)));

    private static readonly SessionWindowSpec Spec = new(
        Output, 1, Gap, [0],
        [
            new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new AggregateCall("SUM", [2], [SqlType.BigInt], -1, false, SqlType.BigInt),
            new AggregateCall("MAX", [2], [SqlType.BigInt], -1, false, SqlType.BigInt),
        ],
        [WindowProperty.Start, WindowProperty.End]);

    [Fact]
    public void Equals_the_reference() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, mode) =>
    {
        var lines = Lines(new Random(seed));
        var (rows, late) = Reference(lines);
        using var window = new OperatorHarness(Spec, [Input], HarnessMode.All.ElementAt(mode));
        window.Batch(0, StreamFile.Rows(Input, lines));
        window.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(window.Take()));
        Assert.Equal(late, window.Count("late_rows"));
    }, iter: 200);

    // A key whose sessions pass by the dozen within a batch, beside one that goes on: sessions leave in the order of their ends.
    [Fact]
    public void Many_sessions_within_a_batch()
    {
        var lines = new List<string>();
        for (int i = 0; i < 500; i++) lines.AddRange([$"a {i * 100} 1", $"b {i * 50} 1", $"watermark {(i * 100) - 10}"]);
        var (rows, late) = Reference(lines);
        using var window = new OperatorHarness(Spec, [Input], new HarnessMode());
        var ends = new List<long>();
        window.Observe = (batch, _) =>
        {
            if (batch is not null) ends.AddRange(((FixedColumn<long>)batch.Columns[5]).Values);
        };
        window.Batch(0, StreamFile.Rows(Input, lines));
        window.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(window.Take()));
        Assert.Equal(late, window.Count("late_rows"));
        Assert.Equal(ends.Order(), ends);
    }

    [Fact]
    public void Nothing_is_kept_of_sessions_that_left()
    {
        using var window = new OperatorHarness(Spec, [Input], new HarnessMode());
        for (int round = 0; round < 50; round++)
        {
            // Joined ones too.
            window.Batch(0, StreamFile.Rows(Input, [.. Enumerable.Range(0, 300).SelectMany(k => new[] { 0, 80, 40 }.Select(t => $"{k} {(round * 1000) + t} 1"))]));
            window.AdvanceTo((round * 1000) + 500);
            Assert.Equal(300, window.Take().Count);
        }

        Assert.True(window.StateBytes < 400_000, $"{window.StateBytes} bytes");
    }

    // Mostly ascending times with gaps about as long as the session's, some rows far behind; often every row is a mark.
    private static List<string> Lines(Random random)
    {
        int rows = random.Next(1, 300), step = random.Next(1, 90), markEvery = random.Next(1, 10), keys = random.Next(1, 6), behind = random.Next(1, 400);
        long time = random.Next(-300, 300), watermark = long.MinValue;
        var lines = new List<string>();
        for (int i = 0; i < rows; i++)
        {
            time += random.Next(step);
            long ts = random.Next(4) == 0 ? time - random.Next(behind) : time;
            lines.Add($"{(random.Next(9) == 0 ? "NULL" : "key number " + random.Next(keys)).Replace(' ', '_')} {ts} {(random.Next(5) == 0 ? "NULL" : random.Next(100))}");
            if (random.Next(markEvery) == 0 && ts - (step * 3) > watermark) lines.Add($"watermark {watermark = ts - (step * 3)}");
        }

        return lines;
    }

    private sealed record Session(long First, long Last, long N, long? Sum, long? Max);

    private static (List<string> Rows, long Late) Reference(List<string> lines)
    {
        var open = new Dictionary<string, List<Session>>();
        var rows = new List<string>();
        long watermark = long.MinValue, late = 0;
        void Fire()
        {
            foreach (var (key, sessions) in open)
            {
                rows.AddRange(sessions.Where(s => s.Last + Gap - 1 <= watermark)
                    .Select(s => $"+I {key} {s.N} {s.Sum?.ToString() ?? "NULL"} {s.Max?.ToString() ?? "NULL"} {s.First} {s.Last + Gap}"));
                sessions.RemoveAll(s => s.Last + Gap - 1 <= watermark);
            }
        }

        foreach (string line in lines)
        {
            var words = line.Split(' ');
            if (words[0] == "watermark")
            {
                watermark = long.Parse(words[1], null);
                Fire();
                continue;
            }

            long ts = long.Parse(words[1], null);
            long? v = words[2] == "NULL" ? null : long.Parse(words[2], null);
            if (!open.TryGetValue(words[0], out var sessions)) open.Add(words[0], sessions = []);
            var touched = sessions.Where(s => s.First <= ts + Gap && s.Last + Gap >= ts).ToList();
            if (touched.Count == 0 && ts + Gap - 1 <= watermark)
            {
                late++;
                continue;
            }

            sessions.RemoveAll(touched.Contains);
            sessions.Add(touched.Aggregate(new Session(ts, ts, 1, v, v), (a, b) =>
                new Session(Math.Min(a.First, b.First), Math.Max(a.Last, b.Last), a.N + b.N, a.Sum is null ? b.Sum : a.Sum + (b.Sum ?? 0), a.Max is null ? b.Max : Math.Max(a.Max.Value, b.Max ?? a.Max.Value))));
        }

        watermark = long.MaxValue;
        Fire();
        return (Sorted(rows), late);
    }

    private static List<string> Sorted(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];
}
