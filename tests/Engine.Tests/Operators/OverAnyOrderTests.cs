using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>What all changes come to, against sums over all rows that are there.</summary>
public class OverAnyOrderTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.Int), ("v", SqlType.BigInt), ("t", SqlType.String));

    [Fact]
    public void Sums_up_to_each_row() => Gen.Select(Gen.Int, Gen.Int[1, 80], Gen.Bool, Gen.Bool).Sample((seed, count, byRows, retracts) =>
    {
        var random = new Random(seed);
        var all = new List<(int Key, long? Value, string Text)>();
        var lines = new List<string>();
        for (int i = 0; i < count; i++)
        {
            if (retracts && all.Count > 0 && random.Next(3) == 0)
            {
                var gone = all[random.Next(all.Count)];
                all.RemoveAt(all.IndexOf(gone));
                lines.Add($"-D {Line(gone)}");
                continue;
            }

            all.Add((random.Next(2), random.Next(6) == 0 ? null : random.Next(8), $"a text of more than twelve bytes {random.Next(3)}"));
            lines.Add($"+I {Line(all[^1])}");
        }

        var expected = new List<string>();
        foreach (var group in all.GroupBy(r => r.Key))
        {
            var sorted = group.Select((r, i) => (Row: r, At: i)).OrderBy(r => r.Row.Value ?? long.MinValue).ThenBy(r => r.At).Select(r => r.Row).ToList();
            for (int i = 0; i < sorted.Count; i++)
            {
                var seen = byRows ? sorted.Take(i + 1).ToList() : sorted.FindAll(r => (r.Value ?? long.MinValue) <= (sorted[i].Value ?? long.MinValue));
                long[] values = [.. seen.Where(r => r.Value is not null).Select(r => r.Value!.Value)];
                expected.Add($"{Line(sorted[i])} {seen.Count} {(values.Length == 0 ? "NULL" : values.Sum().ToString(System.Globalization.CultureInfo.InvariantCulture))}");
            }
        }

        var spec = new OverAnyOrderSpec(
            Input.Concat(Schema.Of(("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt))), [0], [new(1, false, true)], byRows,
            [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new AggregateCall("SUM", [1], [SqlType.BigInt], -1, false, SqlType.BigInt)], retracts, true);
        foreach (var mode in HarnessMode.All.Append(new HarnessMode(5, Restore: true, EmitEach: true)))
        {
            using var over = new OperatorHarness(spec, [Input], mode);
            over.Batch(0, StreamFile.Rows(Input, lines));
            var rows = new List<string>();
            foreach (string change in over.Take())
            {
                if (change[..2] is "+I" or "+U") rows.Add(change[3..]);
                else Assert.True(rows.Remove(change[3..]), $"{mode}: {change} was not there");
            }

            Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        }
    }, iter: 30, threads: 2);

    private static string Line((int Key, long? Value, string Text) row) => $"{row.Key} {row.Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "NULL"} '{row.Text}'";
}
