using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Joins against nested loops over all rows.</summary>
public class EquiJoinTests
{
    private static readonly Schema Left = Schema.Of(("k", SqlType.BigInt), ("j", SqlType.String), ("a", SqlType.Int));
    private static readonly Schema Right = Schema.Of(("b", SqlType.String), ("j", SqlType.String), ("k", SqlType.BigInt));
    private static readonly EquiJoinSpec Inserts = new(Left.Concat(Right), [0, 1], [2, 1]);
    private static readonly EquiJoinSpec Changes = Inserts with { Changelog = true };

    [Fact]
    public void Equals_nested_loops() => Gen.Select(Gen.Int, Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, changes, mode) =>
    {
        var random = new Random(seed);
        using var join = new OperatorHarness(changes ? Changes : Inserts, [Left, Right], HarnessMode.All.ElementAt(mode));
        List<string>[] sides = [[], []];
        for (int step = random.Next(1, 12); step > 0; step--)
        {
            int port = random.Next(2);
            var lines = new List<string>();
            for (int n = random.Next(1, 60); n > 0; n--)
            {
                bool retract = changes && sides[port].Count > 0 && random.Next(4) == 0;
                string row = retract ? sides[port][random.Next(sides[port].Count)] : Row(random, port);
                if (retract) sides[port].Remove(row);
                else sides[port].Add(row);
                lines.Add($"{(retract ? "-D" : "+I")} {row}");
            }

            join.Batch(port, StreamFile.Rows(port == 0 ? Left : Right, lines));
        }

        // The changes add up to the join of what is left on both sides.
        var expected = from l in sides[0] from r in sides[1] where Key(l, 0) is { } key && key == Key(r, 1) select $"{l} {r}";
        Assert.Equal(StreamFile.Net(expected).Order(StringComparer.Ordinal), StreamFile.Net(join.Take()).Order(StringComparer.Ordinal));
    }, iter: 120);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Output_larger_than_input_leaves_in_batches(bool changes)
    {
        using var join = new OperatorHarness(changes ? Changes : Inserts, [Left, Right], new HarnessMode(64, Narrow: true));
        int largest = 0, batches = 0;
        join.Observe = (b, _) => (largest, batches) = (Math.Max(largest, b?.Length ?? 0), batches + 1);
        join.Batch(0, StreamFile.Rows(Left, [.. Enumerable.Range(0, 300).Select(i => $"1 x {i}")]));
        join.Batch(1, StreamFile.Rows(Right, [.. Enumerable.Range(0, 300).Select(i => $"y{i} x 1")]));
        Assert.Equal(90_000, join.Take().Count);
        Assert.Equal(64, largest);
        Assert.True(batches >= 90_000 / 64);
    }

    private static string Row(Random random, int port)
    {
        string k = random.Next(8) == 0 ? "NULL" : $"{random.Next(3)}", j = random.Next(8) == 0 ? "NULL" : new string('j', 1 + (random.Next(2) * 20));
        return port == 0 ? $"{k} {j} {random.Next(3)}" : $"b{random.Next(3)} {j} {k}";
    }

    private static string? Key(string row, int port)
    {
        var w = row.Split(' ');
        var (k, j) = port == 0 ? (w[0], w[1]) : (w[2], w[1]);
        return k == "NULL" || j == "NULL" ? null : $"{k} {j}";
    }
}
