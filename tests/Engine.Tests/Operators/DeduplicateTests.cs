using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Deduplication against a search through all rows; each change fits the one before it.</summary>
public class DeduplicateTests
{
    private static readonly Schema Input = Schema.Of(("v", SqlType.BigInt), ("k", SqlType.String), ("ts", SqlType.Timestamp(3)));

    [Fact]
    public void Keeps_the_row_that_a_search_finds() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Bool, Gen.Bool).Sample((seed, mode, last, timed) =>
    {
        bool byTime = timed && last;
        var random = new Random(seed);
        using var deduplicate = new OperatorHarness(new DeduplicateSpec(Input, [1], byTime ? 2 : -1, last, true), [Input], HarnessMode.All.ElementAt(mode) with { EmitEach = random.Next(2) == 0 });
        var all = new List<(string Row, string Key, long Time)>();
        for (int batch = random.Next(1, 6); batch > 0; batch--)
        {
            var lines = new List<string>();
            for (int n = random.Next(1, 100); n > 0; n--)
            {
                string key = random.Next(9) == 0 ? "NULL" : $"key-of-some-length-{random.Next(8)}";
                long time = random.Next(30);
                lines.Add($"{random.Next(1000)} {key} {time}");
                all.Add((lines[^1], key, time));
            }

            deduplicate.Batch(0, StreamFile.Rows(Input, lines));
        }

        var expected = all.GroupBy(r => r.Key).Select(g => (last, byTime) switch
        {
            (true, true) => g.Aggregate((a, b) => b.Time >= a.Time ? b : a).Row,
            (true, false) => g.Last().Row,
            _ => g.First().Row,
        });
        Assert.Equal(expected.Order(StringComparer.Ordinal), Materialised(deduplicate.Take()).Order(StringComparer.Ordinal));
    }, iter: 200);

    private static Dictionary<string, string>.ValueCollection Materialised(List<string> changes)
    {
        var there = new Dictionary<string, string>();
        foreach (string c in changes)
        {
            string kind = c[..2], row = c[3..], key = row.Split(' ')[1];
            if (kind == "+I") Assert.True(there.TryAdd(key, row), $"{c}: the key is there");
            else if (kind == "-U") Assert.Equal(there[key], row);
            else there[key] = row;
        }

        return there.Values;
    }

    /// <summary>The first by event time, with watermarks between the rows: what leaves, when it may, whatever the batches.</summary>
    [Fact]
    public void Sends_the_earliest_row_when_no_earlier_one_can_come() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var spec = new DeduplicateFirstSpec(Input, [1], 2);
        var batches = new List<List<string>>();
        var earliest = new Dictionary<string, (string Row, long Time)>();
        long watermark = long.MinValue, late = 0, clock = 0;
        for (int b = random.Next(1, 5); b > 0; b--)
        {
            var lines = new List<string>();
            for (int n = random.Next(1, 60); n > 0; n--)
            {
                if (random.Next(4) == 0 && clock - 10 > watermark)
                {
                    watermark = clock - 10;
                    lines.Add($"watermark {watermark}");
                }

                string key = random.Next(9) == 0 ? "NULL" : $"key-of-some-length-{random.Next(12)}";
                clock += random.Next(4);
                long time = Math.Max(0, clock - random.Next(16));
                lines.Add($"{random.Next(1000)} {key} {time}");
                if (time < watermark) late++;
                else if (!earliest.TryGetValue(key, out var e) || (e.Time > watermark && time < e.Time)) earliest[key] = (lines[^1], time);
            }

            batches.Add(lines);
        }

        foreach (var mode in HarnessMode.All)
        {
            using var first = new OperatorHarness(spec, [Input], mode);
            foreach (var lines in batches) first.Batch(0, StreamFile.Rows(Input, lines));
            first.AdvanceTo(long.MaxValue);
            Assert.Equal(earliest.Values.Select(e => "+I " + e.Row).Order(StringComparer.Ordinal), first.Take().Order(StringComparer.Ordinal));
            Assert.Equal(late, first.Count("late_rows"));
        }
    }, iter: 60);
}
