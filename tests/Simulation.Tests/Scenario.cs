using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>The shapes of jobs that are simulated.</summary>
public enum Topology
{
    /// <summary>Rows pass through one exchange.</summary>
    Chain,

    /// <summary>Two keyed stages, one behind the other: a window aggregation, then rows by another key.</summary>
    TwoStage,

    /// <summary>A window aggregation in two phases, late rows among the input.</summary>
    TwoPhase,

    /// <summary>One source, two ways, one union.</summary>
    Diamond,

    /// <summary>An inner join of two sources.</summary>
    Join,

    /// <summary>Windows that grow row by row, late rows among the input.</summary>
    Sessions,

    /// <summary>A left join of two sources whose times lie close together.</summary>
    IntervalJoin,

    /// <summary>The best three rows of each key, kept up to date.</summary>
    TopN,

    /// <summary>Updates that are taken back: how many keys have how many rows.</summary>
    Updates,
}

/// <summary>A job of a topology with its input and what must come out; everything follows from the seed.</summary>
internal sealed partial class Scenario
{
    private static readonly Schema Orders = Schema.Of(("id", SqlType.BigInt.NotNull), ("user", SqlType.BigInt.NotNull), ("ts", SqlType.Timestamp(3).NotNull));
    private static readonly Schema Counts = Schema.Of(("user", SqlType.BigInt.NotNull), ("n", SqlType.BigInt.NotNull), ("window_start", SqlType.Timestamp(3).NotNull));
    private static readonly Schema Users = Schema.Of(("name", SqlType.BigInt.NotNull), ("city", SqlType.String));
    private const long Size = 1000;

    private readonly Random _random;
    private readonly int[] _parallelism;

    public Scenario(Topology topology, int seed)
    {
        _random = new Random(seed);
        Topology = topology;
        _parallelism = [.. Enumerable.Range(0, 5).Select(_ => 1 + _random.Next(3))];
        var plan = new PlanBuilder().Set("batch-size", new[] { 1, 7, 64 }[_random.Next(3)]).Set("exchange.memory", 1 << 20);
        Tables["orders"] = MakeOrders(topology is Topology.TwoStage or Topology.TwoPhase or Topology.Sessions ? 1 : 1 + _random.Next(3));
        Plan = topology switch
        {
            Topology.Chain => Chain(plan),
            Topology.TwoStage => TwoStage(plan),
            Topology.TwoPhase => TwoPhase(plan),
            Topology.Diamond => Diamond(plan),
            Topology.Sessions => Sessions(plan),
            Topology.IntervalJoin => IntervalJoin(plan),
            Topology.TopN => TopN(plan),
            Topology.Updates => Updates(plan),
            _ => Join(plan),
        };
    }

    public Topology Topology { get; }

    public Plan Plan { get; }

    public Dictionary<string, MemoryTable> Tables { get; } = [];

    /// <summary>Committed rows, sorted.</summary>
    public ImmutableArray<string> Expected { get; private set; } = [];

    /// <summary>Other numbers of shards for the same plan.</summary>
    public ImmutableArray<int> Rescaled(int by) => [.. Plan.Stages.Select((_, i) => 1 + (by >> (2 * i) & 3))];

    private int P(int stage) => _parallelism[stage];

    private Plan Chain(PlanBuilder plan)
    {
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        plan.Stage(P(1), (source, -1, Orders, _random.Next(2) == 0 ? ExchangeKind.Hash : ExchangeKind.Rebalance, [])).Sink("out", Orders, ~0).End();
        Expect(Tables["orders"].Splits.SelectMany(s => s).Select(Text));
        return Keyed(plan.Build(), 1);
    }

    private Plan TwoStage(PlanBuilder plan)
    {
        var window = Window();
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0), intervalMs: 200).End();
        int windows = plan.Stage(P(1), (source, -1, Orders, ExchangeKind.Hash, [1])).Node(window, out int node, ~0).End();
        plan.Stage(P(2), (windows, node, Counts, ExchangeKind.Hash, [1])).Sink("out", Counts, ~0).End();
        Expect(WindowCounts(200));
        return plan.Build();
    }

    private Plan TwoPhase(PlanBuilder plan)
    {
        var (partial, final) = Window().Split(Orders);
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0), intervalMs: 0).Node(partial, out int before, ~0).End();
        plan.Stage(P(1), (source, before, partial.Output, ExchangeKind.Hash, [0])).Node(final, out int node, ~0).Sink("out", Counts, node).End();
        Expect(WindowCounts(0));
        return plan.Build();
    }

    private Plan Diamond(PlanBuilder plan)
    {
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        int left = plan.Stage(P(1), (source, -1, Orders, ExchangeKind.Hash, [1])).Node(new UnionSpec(Orders), out int l, ~0).End();
        int right = plan.Stage(P(2), (source, -1, Orders, ExchangeKind.Hash, [0])).Node(new UnionSpec(Orders), out int r, ~0).End();
        plan.Stage(P(3), (left, l, Orders, ExchangeKind.Hash, [0]), (right, r, Orders, ExchangeKind.Hash, [0]))
            .Node(new UnionSpec(Orders), out int union, ~0, ~1).Sink("out", Orders, union).End();
        Expect(Tables["orders"].Splits.SelectMany(s => s).SelectMany(o => new[] { Text(o), Text(o) }));
        return plan.Build();
    }

    private Plan Join(PlanBuilder plan)
    {
        Tables["users"] = new MemoryTable([[.. Enumerable.Range(0, 20).Where(i => i % 3 != 0).SelectMany(i => Enumerable.Repeat(new object?[] { (long)i, $"a city with a long name {i}" }, 1 + (i % 2)))]]);
        var joined = Orders.Concat(Users);
        int left = plan.Source("orders", Orders, rowtime: 2, parallelism: P(0)).End();
        int right = plan.Source("users", Users, parallelism: P(1)).End();
        plan.Stage(P(2), (left, -1, Orders, ExchangeKind.Hash, [1]), (right, -1, Users, ExchangeKind.Hash, [0]))
            .Node(new EquiJoinSpec(joined, [1], [0], false), out int join, ~0, ~1).Sink("out", joined, join).End();
        Expect(from o in Tables["orders"].Splits.SelectMany(s => s) join u in Tables["users"].Splits[0] on o[1] equals u[0] select $"{Text(o)},{u[0]},{u[1]}");
        return plan.Build();
    }

    // Time goes on by about 60 ms a row; some rows come late.
    private MemoryTable MakeOrders(int splits, bool late = true) => new([.. Enumerable.Range(0, splits).Select(s => Enumerable.Range(0, 50 + _random.Next(250))
        .Select(i => new object?[] { (long)((i * splits) + s), (long)_random.Next(20), 1_700_000_000_000L + (i * 60) - (late && _random.Next(8) == 0 ? _random.Next(3000) : 0) }).ToImmutableArray())], RowsPerMs: 0.3 + _random.NextDouble());

    private static TumbleWindowSpec Window() => new(
        Counts, 2, Size, 0, [1], [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull)], AggregatePhase.Single, [WindowProperty.Start]);

    // The sequential reference: one row after the other, a window fires when the mark in force reaches its end.
    private List<string> WindowCounts(long interval)
    {
        long maximum = 0, mark = 0;
        var counts = new Dictionary<(long User, long Start), long>();
        foreach (object?[] row in Tables["orders"].Splits[0])
        {
            long ts = (long)row[2]!, start = ts - (ts % Size);
            if (start + Size - 1 > mark) counts[((long)row[1]!, start)] = counts.GetValueOrDefault(((long)row[1]!, start)) + 1;
            maximum = Math.Max(maximum, ts);
            if (maximum - mark > interval) mark = maximum;
        }

        return [.. counts.Select(c => $"+I {c.Key.User},{c.Value},{c.Key.Start}")];
    }

    private static string Text(object?[] row) => "+I " + string.Join(',', row);

    private void Expect(IEnumerable<string> rows) => Expected = [.. rows.Order(StringComparer.Ordinal)];

    // A hash exchange of the chain goes by user.
    private static Plan Keyed(Plan plan, int column) => plan with
    {
        Exchanges = [.. plan.Exchanges.Select(e => e.Kind == ExchangeKind.Hash && e.Keys.IsEmpty ? e with { Keys = [column] } : e)],
    };
}
