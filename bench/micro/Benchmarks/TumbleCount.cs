using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

[Benchmark("tumble-count", "COUNT(*) per auction (BIGINT) and tumbling window of 10 s over flat bids in memory, 200,000 a second of event time, one thread. "
    + "Keys: Nexmark's (`nx`), uniform over 10 k, 100 k and 1 M.")]
internal sealed class TumbleCount : Benchmark
{
    private const long DefaultRows = 20_000_000;
    private const int Shards = 4;

    private static readonly Schema Bid = Schema.Of(("auction", SqlType.BigInt.NotNull), ("ts", SqlType.Timestamp(3).NotNull));
    private static readonly Schema Counts = Schema.Of(("auction", SqlType.BigInt.NotNull), ("num", SqlType.BigInt.NotNull), ("window_start", SqlType.Timestamp(3).NotNull));
    private static readonly AggregateCall Count = new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull);
    private static readonly TumbleWindowSpec Window = new(Counts, 1, 10_000, 0, [0], [Count], AggregatePhase.Single, [WindowProperty.Start]);

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = DefaultRows;
        foreach (string input in Bids.Inputs)
        {
            var bids = Bids.Make(input, (int)rows);
            var marks = MarksOf(bids);
            var tally = new TallySink(1);
            var source = new MemorySource(bids.Auction, bids.Time);
            using var silo = new OneSilo(name => name == "memory" ? source : tally);
            Contestant OnSilo(string name, Plan plan, bool crosses) => new(name, () =>
            {
                var status = silo.Run(plan, SplitsOf);
                long crossed = status.Sum(s => s.RowsCrossed);
                if (crosses && crossed != rows) throw new InvalidOperationException($"{crossed} rows crossed");
                return tally.Take();
            });
            yield return new Group(
                input, rows,
                new Contestant("operators only", () =>
                {
                    ChainRun.Run(OneStage().Stages[0], 0, Batches(bids, marks), tally);
                    return tally.Take();
                }),
                OnSilo("source → window → sink, one shard", OneStage(), false),
                OnSilo("the same, two phases and 4 window shards", TwoStages(Window.Split(Bid)), false),
                OnSilo("the same, every row crosses to 4 window shards", TwoStages((null, Window)), true));
        }
    }

    public override IEnumerable<Figure> Peers(Group group) =>
    [
        .. Bench.Peers.Run("LoopBench", "b", group.Input, group.Rows, "b-tumble-simple", "b-tumble-blocked+prefetch"),
        .. Bench.Peers.Run("DuckBench", "bw", group.Input, group.Rows, "b-tumble", "b-tumble-query-per-window"),
    ];

    private static ImmutableArray<ShardSplits> SplitsOf(ShardId shard) =>
        shard.Stage == 0 ? [new ShardSplits("bids", [new SplitImage("bids", MemorySource.Split, SplitPosition.Start, false, 0, 0)], true)] : [];

    // WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND: rows of one millisecond are never late.
    private static readonly Expr Delayed = new CallExpr(
        "-", [new ColumnExpr(1, Bid[1].Type), new LiteralExpr("+0 00:00:00.001", new SqlType(TypeKind.IntervalDayTime).NotNull)], Bid[1].Type);

    private static SourceInput Source() => new(
        new TableRef("bids", "memory", ImmutableSortedDictionary<string, string>.Empty, Bid, [], []), [0, 1], [],
        new WatermarkSpec(1, Delayed, WatermarkSpec.DefaultIntervalMs), "bids", Bid);

    private static NodePlan Sink(int id) => new(
        id, "sink", new SinkSpec(new TableRef("counts", "tally", ImmutableSortedDictionary<string, string>.Empty, Counts, [], []), false, []), [NodeInput.FromNode(id - 1)]);

    private static Plan OneStage() => new(
        Plan.CurrentFormat,
        [new StagePlan(0, "window", 1, [Source()], [new NodePlan(0, "window", Window, [NodeInput.FromStageInput(0)]), Sink(1)])],
        [], ImmutableSortedDictionary<string, string>.Empty);

    private static Plan TwoStages((TumbleWindowSpec? Partial, TumbleWindowSpec Final) window)
    {
        var crossing = window.Partial?.Output ?? Bid;
        ImmutableArray<NodePlan> first = window.Partial is { } partial ? [new NodePlan(0, "partial", partial, [NodeInput.FromStageInput(0)])] : [];
        return new Plan(
            Plan.CurrentFormat,
            [
                new StagePlan(0, "bids", 1, [Source()], first),
                new StagePlan(1, "window", Shards, [new ExchangeInput(0, crossing)], [new NodePlan(0, "window", window.Final, [NodeInput.FromStageInput(0)]), Sink(1)]),
            ],
            [new Exchange(0, 0, first.IsEmpty ? -1 : 0, 1, 0, ExchangeKind.Hash, [0], crossing, false)],
            ImmutableSortedDictionary<string, string>.Empty);
    }

    private static Marks?[] MarksOf(Bids bids)
    {
        var marks = new Marks?[(bids.Time.Length + Batch.MaxRows - 1) / Batch.MaxRows];
        var split = new SplitWatermark(WatermarkSpec.DefaultIntervalMs, 0, 0);
        var column = new FixedColumn<long>(Bid[1].Type);
        var delayed = bids.Time.Select(t => t - 1).ToArray();
        int[] all = [.. Enumerable.Range(0, Batch.MaxRows)];
        for (int b = 0; b < marks.Length; b++)
        {
            int length = Math.Min(Batch.MaxRows, delayed.Length - (b * Batch.MaxRows));
            column.Set(delayed, b * Batch.MaxRows, length, default);
            var of = new Marks();
            split.Over(column, all.AsSpan(0, length), of);
            if (of.Count > 0) marks[b] = of;
        }
        return marks;
    }

    private static IEnumerable<Batch> Batches(Bids bids, Marks?[] marks)
    {
        var batch = Batch.CreateView(Bid);
        for (int b = 0; b < marks.Length; b++)
        {
            int start = b * Batch.MaxRows;
            batch.Length = Math.Min(Batch.MaxRows, bids.Time.Length - start);
            ((FixedColumn<long>)batch.Columns[0]).Set(bids.Auction, start, batch.Length, default);
            ((FixedColumn<long>)batch.Columns[1]).Set(bids.Time, start, batch.Length, default);
            batch.Marks = marks[b];
            yield return batch;
        }
    }
}
