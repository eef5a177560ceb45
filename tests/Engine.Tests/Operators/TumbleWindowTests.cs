using System.Collections.Immutable;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Windows against the obvious program, row by row: the same rows and the same late rows for every batch size, cut and phase (I14).</summary>
public class TumbleWindowTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.BigInt), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt));
    private static readonly Schema Output = Schema.Of(("k", SqlType.BigInt), ("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt), ("start", SqlType.Timestamp(3)));

    private static readonly TumbleWindowSpec Spec = new(
        Output, 1, 100, 30, [0],
        [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new AggregateCall("SUM", [2], [SqlType.BigInt], -1, false, SqlType.BigInt)],
        AggregatePhase.Single, [WindowProperty.Start]);

    [Fact]
    public void One_phase_equals_the_reference() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, mode) =>
    {
        var lines = Lines(new Random(seed));
        var (rows, late) = Reference(lines);
        using var window = new OperatorHarness(Spec, [Input], HarnessMode.All.ElementAt(mode));
        window.Batch(0, StreamFile.Rows(Input, lines));
        window.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(window.Take()));
        Assert.Equal(late, window.Count("late_rows"));
    }, iter: 150);

    [Fact]
    public void Two_phases_equal_the_reference() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, mode, finalMode) =>
    {
        var lines = Lines(new Random(seed));
        var (rows, late) = Reference(lines);
        var (first, second) = Spec.Split(Input);
        using var partial = new OperatorHarness(first, [Input], HarnessMode.All.ElementAt(mode));
        using var final = new OperatorHarness(second, [first.Output], HarnessMode.All.ElementAt(finalMode));
        partial.Observe = (batch, watermark) =>
        {
            if (batch is null) final.AdvanceTo(watermark);
            else final.Batch(0, StreamFile.Rows(first.Output, [.. Enumerable.Range(0, batch.Length).Select(r => RowText.Print(batch, r, false))]));
        };
        partial.Batch(0, StreamFile.Rows(Input, lines));
        partial.Flush();
        partial.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(final.Take()));
        Assert.Equal(late, final.Count("late_rows"));
    }, iter: 150);

    // Mostly ascending times, steps from 0 to several windows, some rows far behind; often every row is a mark.
    private static List<string> Lines(Random random)
    {
        int rows = random.Next(1, 400), step = random.Next(1, 60), markEvery = random.Next(1, 10), keys = random.Next(1, 20);
        long time = random.Next(-300, 300), watermark = long.MinValue;
        var lines = new List<string>();
        for (int i = 0; i < rows; i++)
        {
            time += random.Next(step);
            long ts = random.Next(6) == 0 ? time - random.Next(300) : time;
            lines.Add($"{(random.Next(9) == 0 ? "NULL" : random.Next(keys))} {ts} {(random.Next(5) == 0 ? "NULL" : random.Next(100))}");
            if (random.Next(markEvery) == 0 && ts - 20 > watermark) lines.Add($"watermark {watermark = ts - 20}");
        }

        return lines;
    }

    private static (List<string> Rows, long Late) Reference(List<string> lines)
    {
        var windows = new Dictionary<(long Start, string Key), (long N, long? Sum)>();
        long watermark = long.MinValue, late = 0;
        foreach (string line in lines)
        {
            var words = line.Split(' ');
            if (words[0] == "watermark")
            {
                watermark = long.Parse(words[1], null);
                continue;
            }

            long ts = long.Parse(words[1], null);
            long start = ts - ((((ts - 30) % 100) + 100) % 100);
            if (start + 99 <= watermark)
            {
                late++;
                continue;
            }

            var (n, sum) = windows.GetValueOrDefault((start, words[0]));
            windows[(start, words[0])] = (n + 1, words[2] == "NULL" ? sum : (sum ?? 0) + long.Parse(words[2], null));
        }

        return (Sorted(windows.Select(w => $"+I {w.Key.Key} {w.Value.N} {w.Value.Sum?.ToString() ?? "NULL"} {w.Key.Start}")), late);
    }

    private static List<string> Sorted(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];
}
