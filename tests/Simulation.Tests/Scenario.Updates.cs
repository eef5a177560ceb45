using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;

namespace OrleansStream.Simulation.Tests;

/// <summary>Jobs whose state is kept in logs, in order, or taken back.</summary>
internal sealed partial class Scenario
{
    private const long Gap = 900;

    private static readonly Schema Sums = Schema.Of(("n", SqlType.BigInt.NotNull), ("users", SqlType.BigInt.NotNull));

    private static AggregateCall Count => new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull);

    private Plan Sessions(PlanBuilder plan)
    {
        var session = new SessionWindowSpec(Counts, 2, Gap, [1], [Count], [WindowProperty.Start]);
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0), intervalMs: 200).End();
        plan.Stage(P(1), (source, -1, Orders, ExchangeKind.Hash, [1])).Node(session, out int node, ~0).Sink("out", Counts, node).End();
        Expect(SessionCounts(200));
        return plan.Build();
    }

    private Plan IntervalJoin(PlanBuilder plan)
    {
        Tables["orders"] = MakeOrders(1 + _random.Next(2), late: false);
        Tables["payments"] = MakeOrders(1 + _random.Next(2), late: false);
        var joined = Orders.Concat(Schema.Of(("id2", SqlType.BigInt), ("user2", SqlType.BigInt), ("ts2", SqlType.Timestamp(3))));
        int left = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        int right = plan.Source("payments", Orders, rowtime: 2, parallelism: P(1)).End();
        plan.Stage(P(2), (left, -1, Orders, ExchangeKind.Hash, [1]), (right, -1, Orders, ExchangeKind.Hash, [1]))
            .Node(new IntervalJoinSpec(joined, JoinType.Left, [1], [1], 2, 2, -1500, 700), out int join, ~0, ~1).Sink("out", joined, join).End();
        var payments = Tables["payments"].Splits.SelectMany(s => s).ToLookup(p => (long)p[1]!);
        Expect(Tables["orders"].Splits.SelectMany(s => s).SelectMany(o =>
        {
            var partners = payments[(long)o[1]!].Where(p => (long)o[2]! - (long)p[2]! is >= -1500 and <= 700).Select(p => $"{Text(o)},{string.Join(',', p)}").ToArray();
            return partners.Length > 0 ? partners : [$"{Text(o)},∅,∅,∅"];
        }));
        return plan.Build();
    }

    private Plan TopN(PlanBuilder plan)
    {
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        plan.Stage(P(1), (source, -1, Orders, ExchangeKind.Hash, [1]))
            .Node(new TopNSpec(Orders, [1], [new SortColumn(0, true, false)], 1, 3, false, false, true), out int node, ~0).Changes("out", Orders, node).End();
        Expect(Tables["orders"].Splits.SelectMany(s => s).GroupBy(o => (long)o[1]!).SelectMany(g => g.OrderByDescending(o => (long)o[0]!).Take(3)).Select(Text));
        return plan.Build();
    }

    private Plan Updates(PlanBuilder plan)
    {
        var perUser = Schema.Of(("user", SqlType.BigInt.NotNull), ("n", SqlType.BigInt.NotNull));
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        int users = plan.Stage(P(1), (source, -1, Orders, ExchangeKind.Hash, [1])).Node(new GroupAggregateSpec(perUser, [1], [Count], false, true), out int first, ~0).End();
        plan.Stage(P(2), (users, first, perUser, ExchangeKind.Hash, [1]))
            .Node(new GroupAggregateSpec(Sums, [1], [Count], true, true), out int node, ~0).Changes("out", Sums, node).End();
        var counts = Tables["orders"].Splits.SelectMany(s => s).GroupBy(o => (long)o[1]!).Select(g => g.LongCount());
        Expect(counts.GroupBy(n => n).Select(g => $"+I {g.Key},{g.LongCount()}"));
        var built = plan.Build();
        return built with { Exchanges = [.. built.Exchanges.Select(e => e.FromStage == users ? e with { Changelog = true } : e)] };
    }

    // The sequential reference: a row joins all sessions that it touches, unless what comes of it has ended by the mark in force.
    private List<string> SessionCounts(long interval)
    {
        long maximum = 0, mark = 0;
        var open = new List<(long User, long Start, long End, long Count)>();
        var done = new List<string>();
        foreach (object?[] row in Tables["orders"].Splits[0])
        {
            long user = (long)row[1]!, ts = (long)row[2]!;
            var touched = open.Where(s => s.User == user && s.Start <= ts + Gap && ts <= s.End).ToArray();
            var merged = (User: user, Start: touched.Select(s => s.Start).Append(ts).Min(), End: touched.Select(s => s.End).Append(ts + Gap).Max(), Count: 1 + touched.Sum(s => s.Count));
            if (merged.End - 1 > mark)
            {
                open.RemoveAll(touched.Contains);
                open.Add(merged);
            }

            maximum = Math.Max(maximum, ts);
            if (maximum - mark <= interval) continue;
            mark = maximum;
            done.AddRange(open.Where(s => s.End - 1 <= mark).Select(SessionText));
            open.RemoveAll(s => s.End - 1 <= mark);
        }

        return [.. done, .. open.Select(SessionText)];
    }

    private static string SessionText((long User, long Start, long End, long Count) s) => $"+I {s.User},{s.Count},{s.Start}";
}
