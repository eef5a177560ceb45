using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Window joins of every type against nested loops over the rows that were not late.</summary>
public class WindowJoinTests
{
    private static readonly Schema Left = Schema.Of(("k", SqlType.BigInt), ("j", SqlType.String), ("a", SqlType.Int), ("end", SqlType.Timestamp(3).NotNull));
    private static readonly Schema Right = Schema.Of(("end", SqlType.Timestamp(3).NotNull), ("b", SqlType.Int), ("j", SqlType.String), ("k", SqlType.BigInt));
    private static readonly Expr Smaller = new CallExpr("<", [new ColumnExpr(2, SqlType.Int), new ColumnExpr(5, SqlType.Int)], SqlType.Boolean);

    [Fact]
    public void Equals_nested_loops() => Gen.Select(Gen.Int, Gen.Enum<JoinType>(), Gen.Bool, Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, type, keyed, condition, mode) =>
    {
        var random = new Random(seed);
        var spec = new WindowJoinSpec(type.OutputOf(Left, Right), type, keyed ? [0, 1] : [], keyed ? [3, 2] : [], 3, 0, condition ? Smaller : null);
        using var join = new OperatorHarness(spec, [Left, Right], HarnessMode.All.ElementAt(mode));
        var actual = new List<string>();
        var sides = new List<Row>[] { [], [] };
        long watermark = 0, late = 0;
        join.AdvanceTo(watermark);
        for (int step = random.Next(1, 12); step > 0; step--)
        {
            int port = random.Next(2);
            List<Row> rows = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Row.Random(random, watermark))];
            join.Batch(port, StreamFile.Rows(port == 0 ? Left : Right, [.. rows.Select(r => r.Text(port))]));
            sides[port].AddRange(rows.Where(r => r.End - 1 > watermark));
            late += rows.Count(r => r.End - 1 <= watermark);
            if (random.Next(3) == 0) join.AdvanceTo(watermark += random.Next(20));
        }

        Assert.Equal(late, join.Count("late_rows"));
        join.AdvanceTo(long.MaxValue);
        Assert.Equal(Joins.NestedLoops(type, sides[0], sides[1], (l, r) => l.End == r.End && (!keyed || l.SameKey(r)) && (!condition || l.Value < r.Value), Row.Nulls).Order(StringComparer.Ordinal),
            join.Take().Select(r => r[3..]).Order(StringComparer.Ordinal));
        Assert.Equal(0, join.StateBytes - Empty(spec));
    }, iter: 80);

    [Fact]
    public void Output_larger_than_input_leaves_in_batches()
    {
        var spec = new WindowJoinSpec(Left.Concat(Right), JoinType.Inner, [0], [3], 3, 0);
        using var join = new OperatorHarness(spec, [Left, Right], new HarnessMode(64, Narrow: true));
        int largest = 0;
        join.Observe = (b, _) => largest = Math.Max(largest, b?.Length ?? 0);
        join.Batch(0, StreamFile.Rows(Left, [.. Enumerable.Range(0, 300).Select(i => $"1 x {i} 10")]));
        join.Batch(1, StreamFile.Rows(Right, [.. Enumerable.Range(0, 300).Select(i => $"10 {i} y 1")]));
        Assert.Empty(join.Take());
        join.AdvanceTo(9);
        Assert.Equal(90_000, join.Take().Count);
        Assert.Equal(64, largest);
    }

    private static long Empty(OperatorSpec spec)
    {
        using var fresh = new OperatorHarness(spec, [Left, Right], new HarnessMode());
        return fresh.StateBytes;
    }

    private sealed record Row(long? K, string? J, int Value, long End) : IJoinRow
    {
        public static string Nulls(int port) => "NULL NULL NULL NULL";

        public static Row Random(Random random, long watermark) => new(
            random.Next(8) == 0 ? null : random.Next(3), random.Next(8) == 0 ? null : new string('j', 1 + (random.Next(2) * 20)), random.Next(6), ((watermark / 10) - 1 + random.Next(4)) * 10);

        public bool SameKey(Row other) => K is not null && K == other.K && J is not null && J == other.J;

        public string Text(int port) => port == 0 ? $"{K?.ToString() ?? "NULL"} {J ?? "NULL"} {Value} {End}" : $"{End} {Value} {J ?? "NULL"} {K?.ToString() ?? "NULL"}";
    }
}
