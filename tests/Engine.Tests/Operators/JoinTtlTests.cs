using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Joins and aggregates whose state has a time to live, under a clock that the test moves, over cuts and restores.</summary>
public class JoinTtlTests
{
    private static readonly Schema Side = Schema.Of(("k", SqlType.BigInt), ("v", SqlType.Int));
    private static readonly Schema Pair = Schema.Of(("k", SqlType.BigInt), ("v", SqlType.Int), ("k2", SqlType.BigInt), ("v2", SqlType.Int));

    [Fact]
    public void An_inner_join_finds_the_rows_that_still_live() => Gen.Select(Gen.Int, Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, changes, mode) =>
    {
        var random = new Random(seed);
        long[] ttls = [random.Next(2) * 100, 30];
        using var join = new OperatorHarness(new EquiJoinSpec(Pair, [0], [0], changes, LeftTtlMs: ttls[0], RightTtlMs: ttls[1]), [Side, Side], HarnessMode.All.ElementAt(mode));
        Dictionary<string, (int Count, long Ends)>[] sides = [[], []];
        long now = 1;
        for (int step = 0; step < 30; step++)
        {
            join.ProcessingTime(now += random.Next(25));
            int port = random.Next(2);
            var lines = new List<string>();
            var expected = new List<string>();
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                string row = $"{random.Next(4)} {random.Next(3)}", kind = changes && random.Next(3) == 0 ? "-D" : "+I";
                lines.Add($"{kind} {row}");
                Keep(sides[port], row, kind == "+I", now, ttls[port]);
                foreach (var (partner, state) in sides[1 - port].Where(s => s.Value.Ends > now && s.Key[0] == row[0]))
                    for (int c = 0; c < state.Count; c++) expected.Add($"{kind} {(port == 0 ? $"{row} {partner}" : $"{partner} {row}")}");
            }

            join.Batch(port, StreamFile.Rows(Side, lines));
            Assert.Equal(expected.Order(StringComparer.Ordinal), join.Take().Order(StringComparer.Ordinal));
        }
    }, iter: 120);

    // Equal rows are one entry, which lives on with each that comes or goes.
    private static void Keep(Dictionary<string, (int Count, long Ends)> side, string row, bool adds, long now, long ttl)
    {
        long ends = ttl == 0 ? long.MaxValue : now + ttl;
        int count = side.TryGetValue(row, out var known) && known.Ends > now ? known.Count : 0;
        count = adds ? count + 1 : count - 1;
        if (count > 0) side[row] = (count, ends);
        else side.Remove(row);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void An_outer_join_forgets_rows_one_by_one(int mode)
    {
        var spec = new OuterJoinSpec(JoinType.Left.OutputOf(Side, Side), JoinType.Left, [0], [0], LeftTtlMs: 100, RightTtlMs: 100);
        using var join = new OperatorHarness(spec, [Side, Side], HarnessMode.All.ElementAt(mode));
        Step(join, 1000, 0, "+I 1 1", "+I 1 1 NULL NULL");
        Step(join, 1050, 1, "+I 1 7", "+I 1 1 1 7", "-D 1 1 NULL NULL");

        // The partner came at 1050 and counts as written then, as does the left row, whose number of partners changed.
        Step(join, 1149, 1, "+I 1 8", "+I 1 1 1 8");
        Step(join, 1150, 0, "+I 1 2", "+I 1 2 1 8");
        Step(join, 1249, 1, "+I 1 9", "+I 1 2 1 9");
        Step(join, 1400, 1, "+I 1 9");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_group_that_is_forgotten_forgets_what_its_calls_have_seen(int mode)
    {
        var distinct = new AggregateCall("COUNT", [1], [SqlType.Int], -1, true, SqlType.BigInt.NotNull);
        var greatest = new AggregateCall("MAX", [1], [SqlType.Int], -1, false, SqlType.Int);
        var output = Schema.Of(("k", SqlType.BigInt), ("n", SqlType.BigInt.NotNull), ("m", SqlType.Int));
        using var group = new OperatorHarness(new GroupAggregateSpec(output, [0], [distinct, greatest], true, true, TtlMs: 100), [Side], HarnessMode.All.ElementAt(mode));
        Step(group, 1000, 0, "+I 1 5", "+I 1 1 5");
        Step(group, 1050, 0, "+I 1 7", "+U 1 2 7", "-U 1 1 5");

        // 5 was seen 100 ms ago: its time is over, that of the group is not.
        Step(group, 1100, 0, "-D 1 7", "+U 1 1 NULL", "-U 1 2 7");
        Step(group, 1200, 0, "+I 1 5", "+I 1 1 5");
    }

    public static TheoryData<int> Modes() => [.. Enumerable.Range(0, HarnessMode.All.Count())];

    private static void Step(OperatorHarness op, long now, int port, string row, params string[] expected)
    {
        op.ProcessingTime(now);
        op.Batch(port, StreamFile.Rows(Side, [row]));
        op.Flush();
        Assert.Equal(expected, op.Take().Order(StringComparer.Ordinal));
    }
}
