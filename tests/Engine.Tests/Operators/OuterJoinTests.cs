using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Outer, semi and anti joins of updating inputs against nested loops over what is left on both sides.</summary>
public class OuterJoinTests
{
    private static readonly Schema Left = Schema.Of(("k", SqlType.BigInt), ("j", SqlType.String), ("a", SqlType.Int));
    private static readonly Schema Right = Schema.Of(("b", SqlType.Int), ("j", SqlType.String), ("k", SqlType.BigInt));
    private static readonly Expr Smaller = new CallExpr("<", [new ColumnExpr(2, SqlType.Int), new ColumnExpr(3, SqlType.Int)], SqlType.Boolean);

    [Fact]
    public void Equals_nested_loops() => Gen.Select(Gen.Int, Gen.Int[1, 5].Select(i => (JoinType)i), Gen.Bool, Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, type, keyed, condition, mode) =>
    {
        var random = new Random(seed);
        var spec = new OuterJoinSpec(type.OutputOf(Left, Right), type, keyed ? [0, 1] : [], keyed ? [2, 1] : [], condition ? Smaller : null);
        using var join = new OperatorHarness(spec, [Left, Right], HarnessMode.All.ElementAt(mode));
        List<Row>[] sides = [[], []];
        var changes = new List<string>();
        for (int step = random.Next(1, 12); step > 0; step--)
        {
            int port = random.Next(2);
            var lines = new List<string>();
            for (int n = random.Next(1, keyed ? 50 : 12); n > 0; n--)
            {
                bool retract = sides[port].Count > 0 && random.Next(3) == 0;
                var row = retract ? sides[port][random.Next(sides[port].Count)] : Row.Random(random);
                if (retract) sides[port].Remove(row);
                else sides[port].Add(row);
                lines.Add($"{(retract ? "-D" : "+I")} {row.Text(port)}");
            }

            join.Batch(port, StreamFile.Rows(port == 0 ? Left : Right, lines));
            changes.AddRange(join.Take());

            // At any time: what has come out adds up to the join of what is there.
            Assert.Equal(
                StreamFile.Net(Joins.NestedLoops(type, sides[0], sides[1], (l, r) => (!keyed || l.SameKey(r)) && (!condition || l.Value < r.Value), _ => "NULL NULL NULL")).Order(StringComparer.Ordinal),
                StreamFile.Net(changes).Order(StringComparer.Ordinal));
        }
    }, iter: 150);

    [Fact]
    public void Output_larger_than_input_leaves_in_batches()
    {
        var spec = new OuterJoinSpec(JoinType.Left.OutputOf(Left, Right), JoinType.Left, [0], [2]);
        using var join = new OperatorHarness(spec, [Left, Right], new HarnessMode(64, Narrow: true));
        int largest = 0;
        join.Observe = (b, _) => largest = Math.Max(largest, b?.Length ?? 0);
        join.Batch(0, StreamFile.Rows(Left, [.. Enumerable.Range(0, 300).Select(i => $"1 x {i % 100}")]));
        join.Batch(1, StreamFile.Rows(Right, [.. Enumerable.Range(0, 300).Select(i => $"{i} y 1")]));
        Assert.Equal(300 + 300 + 90_000, join.Take().Count);
        Assert.Equal(64, largest);
    }

    private sealed record Row(long? K, string? J, int Value) : IJoinRow
    {
        public static Row Random(Random random) =>
            new(random.Next(8) == 0 ? null : random.Next(3), random.Next(8) == 0 ? null : new string('j', 1 + (random.Next(2) * 20)), random.Next(4));

        public bool SameKey(Row other) => K is not null && K == other.K && J is not null && J == other.J;

        public string Text(int port) => port == 0 ? $"{K?.ToString() ?? "NULL"} {J ?? "NULL"} {Value}" : $"{Value} {J ?? "NULL"} {K?.ToString() ?? "NULL"}";
    }
}
