using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

[Benchmark("hop-count", "COUNT(*) by BIGINT key, HOP of 10 s every 2 s over bids in memory, 200,000 a second of event time: the operator alone.")]
internal sealed class HopCount : Benchmark
{
    private static readonly Schema Input = Schema.Of(("auction", SqlType.BigInt.NotNull), ("ts", SqlType.BigInt.NotNull));

    private static readonly HopWindowSpec Spec = new(
        Schema.Of(("auction", SqlType.BigInt.NotNull), ("n", SqlType.BigInt.NotNull), ("window_end", SqlType.Timestamp(3).NotNull)), 1, 10_000, 2_000, 0, [0],
        [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull)], AggregatePhase.Single, [WindowProperty.End]);

    public override IEnumerable<Group> Groups(long rows)
    {
        foreach (string name in Bids.Inputs)
        {
            var bids = Bids.Make(name, (int)(rows > 0 ? rows : 6_000_000));
            var input = new WindowInput(Input, 1, bids, (b, i) => b.Fixed<long>(0).Add(bids.Auction[i]));
            using var duck = new Duck();
            duck.Load("bid", Input, input.Batches);
            yield return new Group(
                name, input.Rows,
                new Contestant("hop_window", () => input.Run(Spec, 1)),
                new Contestant("DuckDB, rows five times", () => duck.Query(
                    "SELECT count(*), sum(num)::BIGINT FROM (SELECT auction, ts // 2000 + o AS w, count(*) AS num FROM bid CROSS JOIN (VALUES (0),(1),(2),(3),(4)) v(o) GROUP BY auction, w)")),
                new Contestant("DuckDB, panes", () => duck.Query(
                    """
                    SELECT count(*), sum(num)::BIGINT FROM (SELECT auction, pane + o AS w, sum(c)::BIGINT AS num
                    FROM (SELECT auction, ts // 2000 AS pane, count(*) AS c FROM bid GROUP BY auction, pane) CROSS JOIN (VALUES (0),(1),(2),(3),(4)) v(o) GROUP BY auction, w)
                    """)));
        }
    }
}
