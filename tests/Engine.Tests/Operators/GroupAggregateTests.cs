using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Updating aggregation against a recount of the rows that are there: the changes add up to the result, and each change fits the one before it.</summary>
public class GroupAggregateTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.String), ("v", SqlType.BigInt));

    private static readonly GroupAggregateSpec Spec = new(
        Schema.Of(("k", SqlType.String), ("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt), ("d", SqlType.BigInt.NotNull)), [0],
        [
            new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull),
            new AggregateCall("SUM", [1], [SqlType.BigInt], -1, false, SqlType.BigInt),
            new AggregateCall("COUNT", [1], [SqlType.BigInt], -1, true, SqlType.BigInt.NotNull),
        ],
        true, true);

    [Fact]
    public void One_phase_equals_a_recount() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Bool).Sample((seed, mode, each) =>
    {
        using var aggregate = new OperatorHarness(Spec, [Input], HarnessMode.All.ElementAt(mode) with { EmitEach = each });
        var (steps, rows) = Steps(new Random(seed));
        foreach (var lines in steps) aggregate.Batch(0, StreamFile.Rows(Input, lines));
        Assert.Equal(Expected(rows, distinct: true), Materialised(aggregate.Take()));
    }, iter: 150);

    [Fact]
    public void Two_phases_equal_a_recount() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, mode) =>
    {
        var single = Spec with { Output = new Schema(Spec.Output.Fields[..3]), Calls = Spec.Calls[..2] };
        var (first, second) = single.Split(Input);

        // Two senders; a row is taken away by the one that added it.
        using var left = new OperatorHarness(first, [Input], HarnessMode.All.ElementAt(mode));
        using var right = new OperatorHarness(first, [Input], new HarnessMode());
        using var final = new OperatorHarness(second, [first.Output], HarnessMode.All.ElementAt(mode));
        left.Observe = right.Observe = (batch, _) =>
        {
            if (batch is not null) final.Batch(0, StreamFile.Rows(first.Output, [.. Enumerable.Range(0, batch.Length).Select(r => RowText.Print(batch, r, false))]));
        };
        var random = new Random(seed);
        var (steps, rows) = Steps(random);
        foreach (var lines in steps)
        {
            foreach (var (sender, part) in new[] { (left, 0), (right, 1) })
            {
                var own = lines.Where(l => (l[^1] & 1) == part).ToList();
                if (own.Count > 0) sender.Batch(0, StreamFile.Rows(Input, own));
                if (random.Next(3) == 0) sender.Flush();
            }
        }

        right.Flush();
        left.Flush();
        Assert.Equal(Expected(rows, distinct: false), Materialised(final.Take()));
    }, iter: 150);

    private static (List<List<string>> Steps, List<string> Rows) Steps(Random random)
    {
        var steps = new List<List<string>>();
        var there = new List<string>();
        for (int step = random.Next(1, 10); step > 0; step--)
        {
            var lines = new List<string>();
            for (int n = random.Next(1, 80); n > 0; n--)
            {
                bool retract = there.Count > 0 && random.Next(3) == 0;
                string row = retract ? there[random.Next(there.Count)] : $"{(random.Next(9) == 0 ? "NULL" : $"key{random.Next(6)}-with-some-length")} {(random.Next(6) == 0 ? "NULL" : random.Next(5))}";
                if (retract) there.Remove(row);
                else there.Add(row);
                lines.Add($"{(retract ? "-D" : "+I")} {row}");
            }

            steps.Add(lines);
        }

        return (steps, there);
    }

    private static List<string> Expected(List<string> rows, bool distinct) =>
        [.. rows.Select(r => r.Split(' ')).GroupBy(r => r[0]).Select(g =>
        {
            var values = g.Select(r => r[1]).Where(v => v != "NULL").Select(v => long.Parse(v, null)).ToList();
            return $"{g.Key} {g.Count()} {(values.Count == 0 ? "NULL" : values.Sum())}{(distinct ? $" {values.Distinct().Count()}" : "")}";
        }).Order(StringComparer.Ordinal)];

    // A sink that believes nothing: inserts of what is there, and deletes or updates of what is not, are errors.
    private static List<string> Materialised(List<string> changes)
    {
        var table = new Dictionary<string, string>();
        foreach (string c in changes)
        {
            string kind = c[..2], row = c[3..], key = row.Split(' ')[0];
            if (kind == "+I") Assert.True(table.TryAdd(key, row), $"{c}: the key is there");
            else if (kind is "-D" or "-U") Assert.True(table.GetValueOrDefault(key) == row, $"{c}: {table.GetValueOrDefault(key)} is there");
            if (kind == "-D") table.Remove(key);
            if (kind == "+U")
            {
                Assert.True(table.ContainsKey(key), $"{c}: the key is not there");
                table[key] = row;
            }
        }

        return [.. table.Values.Order(StringComparer.Ordinal)];
    }
}
