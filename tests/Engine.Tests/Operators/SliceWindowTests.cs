using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Hopping and cumulating windows against a program that puts each row into each of its windows that has not fired.</summary>
public class SliceWindowTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.String), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt));
    private static readonly Schema Output = Schema.Of(("k", SqlType.String), ("n", SqlType.BigInt.NotNull), ("m", SqlType.BigInt), ("start", SqlType.Timestamp(3)), ("end", SqlType.Timestamp(3)));

    private static readonly HopWindowSpec Hop = new(
        Output, 1, 120, 40, 10, [0],
        [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new AggregateCall("MAX", [2], [SqlType.BigInt], -1, false, SqlType.BigInt)],
        AggregatePhase.Single, [WindowProperty.Start, WindowProperty.End]);

    private static readonly CumulateWindowSpec Cumulate = new(Output, 1, 120, 40, 10, [0], Hop.Calls, AggregatePhase.Single, Hop.Properties);

    [Fact]
    public void One_phase_equals_the_reference() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Bool).Sample((seed, mode, cumulates) =>
    {
        var lines = Lines(new Random(seed));
        var (rows, late) = Reference(lines, cumulates);
        using var window = new OperatorHarness(cumulates ? Cumulate : Hop, [Input], HarnessMode.All.ElementAt(mode));
        window.Batch(0, StreamFile.Rows(Input, lines));
        window.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(window.Take()));
        Assert.Equal(late, window.Count("late_rows"));
    }, iter: 200);

    [Fact]
    public void Two_phases_equal_the_reference() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Bool).Sample((seed, mode, cumulates) =>
    {
        var lines = Lines(new Random(seed));
        var (rows, late) = Reference(lines, cumulates);
        var (first, second) = cumulates ? As(Cumulate.Split(Input)) : As(Hop.Split(Input));
        using var partial = new OperatorHarness(first, [Input], HarnessMode.All.ElementAt(mode));
        using var final = new OperatorHarness(second, [first.Output], new HarnessMode(13));
        partial.Observe = (batch, watermark) =>
        {
            if (batch is null) final.AdvanceTo(watermark);
            else final.Batch(0, StreamFile.Rows(first.Output, [.. Enumerable.Range(0, batch.Length).Select(r => RowText.Print(batch, r, false))]));
        };
        partial.Batch(0, StreamFile.Rows(Input, lines));
        partial.Flush();
        partial.AdvanceTo(long.MaxValue);
        Assert.Equal(late, final.Count("late_rows"));
        Assert.Equal(rows, Sorted(final.Take()));
    }, iter: 100);

    // As many integer keys, close together, as make tables dense; some windows have other keys than the one before.
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 900)]
    [InlineData(true, 900)]
    public void Many_integer_keys_equal_the_reference(bool cumulates, int shift)
    {
        var input = Schema.Of(("k", SqlType.BigInt), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt));
        var output = Schema.Of([("k", SqlType.BigInt), .. Output.Fields.Skip(1).Select(f => (f.Name, f.Type))]);
        var random = new Random(5);
        var lines = new List<string>();
        for (int i = 0; i < 20_000; i++)
        {
            long time = i / 40;
            lines.Add($"{(time / 100 * shift) + random.Next(i < 4000 ? 300 : 1500)} {time - random.Next(10)} {random.Next(100)}");
            if (i % 500 == 499) lines.Add($"watermark {time - 5}");
        }

        var (rows, late) = Reference(lines, cumulates);
        OperatorSpec spec = cumulates ? Cumulate with { Output = output } : Hop with { Output = output };
        using var window = new OperatorHarness(spec, [input], new HarnessMode());
        window.Batch(0, StreamFile.Rows(input, lines));
        window.AdvanceTo(long.MaxValue);
        Assert.Equal(rows, Sorted(window.Take()));
        Assert.Equal(late, window.Count("late_rows"));
    }

    private static (OperatorSpec, OperatorSpec) As<T>((TumbleWindowSpec Partial, T Final) phases) where T : OperatorSpec => (phases.Partial, phases.Final);

    private static List<string> Lines(Random random)
    {
        int rows = random.Next(1, 200), step = random.Next(1, 60), markEvery = random.Next(1, 12), keys = random.Next(1, 6);
        long time = random.Next(-300, 300), watermark = long.MinValue;
        var lines = new List<string>();
        for (int i = 0; i < rows; i++)
        {
            time += random.Next(step);
            long ts = random.Next(4) == 0 ? time - random.Next(250) : time;
            lines.Add($"{(random.Next(9) == 0 ? "NULL" : $"key-of-some-length-{random.Next(keys)}")} {ts} {(random.Next(5) == 0 ? "NULL" : random.Next(100))}");
            if (random.Next(markEvery) == 0 && time - 20 > watermark) lines.Add($"watermark {watermark = time - 20}");
        }

        return lines;
    }

    private static (List<string> Rows, long Late) Reference(List<string> lines, bool cumulates)
    {
        var windows = new Dictionary<(long Start, long End, string Key), (long N, long? Max)>();
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
            bool any = false;
            foreach (var (start, end) in WindowsOf(ts, cumulates))
            {
                if (end - 1 <= watermark) continue;
                any = true;
                long? v = words[2] == "NULL" ? null : long.Parse(words[2], null);
                var (n, max) = windows.GetValueOrDefault((start, end, words[0]));
                windows[(start, end, words[0])] = (n + 1, v is null ? max : max is null ? v : Math.Max(v.Value, max.Value));
            }

            if (!any) late++;
        }

        return (Sorted(windows.Select(w => $"+I {w.Key.Key} {w.Value.N} {w.Value.Max?.ToString() ?? "NULL"} {w.Key.Start} {w.Key.End}")), late);
    }

    private static IEnumerable<(long Start, long End)> WindowsOf(long ts, bool cumulates)
    {
        long Floor(long t, long unit) => t - ((((t - 10) % unit) + unit) % unit);
        if (cumulates)
        {
            long start = Floor(ts, 120);
            for (long end = start + 40; end <= start + 120; end += 40) if (ts < end) yield return (start, end);
        }
        else for (long start = Floor(ts, 40); start > ts - 120; start -= 40) yield return (start, start + 120);
    }

    private static List<string> Sorted(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];
}
