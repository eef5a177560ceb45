using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>MIN, MAX, FIRST_VALUE, LAST_VALUE and LISTAGG over rows that are taken back, against a list of the rows that are there.</summary>
public class GroupRetractionTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.BigInt), ("v", SqlType.BigInt), ("t", SqlType.String));

    private static readonly GroupAggregateSpec Spec = new(
        Schema.Of(("k", SqlType.BigInt), ("lo", SqlType.BigInt), ("hi", SqlType.String), ("first", SqlType.BigInt), ("last", SqlType.String), ("all", SqlType.String)), [0],
        [
            Call("MIN", 1, SqlType.BigInt), Call("MAX", 2, SqlType.String), Call("FIRST_VALUE", 1, SqlType.BigInt), Call("LAST_VALUE", 2, SqlType.String), Call("LISTAGG", 2, SqlType.String),
        ],
        true, true);

    private static AggregateCall Call(string function, int column, SqlType type) => new(function, [column], [type], -1, false, type);

    [Fact]
    public void Results_are_those_of_the_rows_that_are_there() => Gen.Select(Gen.Int, Gen.Int[0, HarnessMode.All.Count() - 1], Gen.Bool).Sample((seed, mode, each) =>
    {
        using var aggregate = new OperatorHarness(Spec, [Input], HarnessMode.All.ElementAt(mode) with { EmitEach = each });
        var random = new Random(seed);
        var rows = new List<string>();
        for (int step = random.Next(1, 8); step > 0; step--)
        {
            var lines = new List<string>();
            for (int n = random.Next(1, 60); n > 0; n--)
            {
                bool retract = rows.Count > 0 && random.Next(5) < 2;
                int v = random.Next(12);
                string row = retract ? rows[random.Next(rows.Count)] : v == 0 ? $"{random.Next(4)} NULL NULL" : $"{random.Next(4)} {v} text-of-some-length-{v}";

                // What is taken back is the first row like it.
                if (retract) rows.Remove(row);
                else rows.Add(row);
                lines.Add($"{(retract ? "-U" : "+U")} {row}");
            }

            aggregate.Batch(0, StreamFile.Rows(Input, lines));
        }

        Assert.Equal(Expected(rows), Materialised(aggregate.Take()));
    }, iter: 120);

    private static List<string> Expected(List<string> rows) =>
        [.. rows.Select(r => r.Split(' ')).GroupBy(r => r[0]).Select(g =>
        {
            var numbers = g.Select(r => r[1]).Where(v => v != "NULL").Select(v => (long?)long.Parse(v, null)).ToList();
            var texts = g.Select(r => r[2]).Where(v => v != "NULL").ToList();
            string Or(object? o) => o?.ToString() ?? "NULL";
            return $"{g.Key} {Or(numbers.Min())} {Or(texts.Max(StringComparer.Ordinal))} {Or(numbers.FirstOrDefault())} {Or(texts.LastOrDefault())} {(texts.Count == 0 ? "NULL" : string.Join(',', texts))}";
        }).Order(StringComparer.Ordinal)];

    private static List<string> Materialised(List<string> changes)
    {
        var table = new Dictionary<string, string>();
        foreach (string c in changes)
        {
            string kind = c[..2], row = c[3..], key = row.Split(' ')[0];
            if (kind is "-D" or "-U") Assert.Equal(table.GetValueOrDefault(key), row);
            if (kind == "-D") table.Remove(key);
            else if (kind != "-U") table[key] = row;
        }

        return [.. table.Values.Order(StringComparer.Ordinal)];
    }
}
