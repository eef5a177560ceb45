using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench;

/// <summary>Operators that keep rows in an order, one shard, state in memory: bids (key, value, time) in batches of 2,048.</summary>
[Benchmark("ordering", "ns a row through one operator: Top-N, deduplication, ORDER BY and OVER over bids; its state is sorted maps.")]
internal sealed class Ordering : Benchmark
{
    /// <summary>How far times are out of order, ms; there are 100 rows a ms.</summary>
    private const int Delay = 40;

    private static readonly Schema Bid = Schema.Of(("auction", SqlType.BigInt), ("price", SqlType.BigInt), ("ts", SqlType.Timestamp(3)));
    private static readonly Schema Numbered = Bid.Concat(Schema.Of(("n", SqlType.BigInt.NotNull)));

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = 2_000_000;
        AggregateCall sum = new("SUM", [1], [SqlType.BigInt], -1, false, SqlType.BigInt);
        foreach (int keys in new[] { 1_000, 100_000 })
        {
            yield return new Group(
                $"{keys:N0} keys", rows,
                One("top 1", new TopNSpec(Bid, [0], [new(1, true, false)], 1, 1, false, false, true), rows, keys),
                One("top 10", new TopNSpec(Bid, [0], [new(1, true, false)], 1, 10, false, false, true), rows, keys),
                One("top 10 with number", new TopNSpec(Numbered, [0], [new(1, true, false)], 1, 10, true, false, true), rows, keys),
                One("last row by time", new DeduplicateSpec(Bid, [0], 2, true, true), rows, keys),
                One("first row by time", new DeduplicateFirstSpec(Bid, [0], 2), rows, keys),
                One("sum over 10 rows", new OverAggregateSpec(Bid.Concat(Schema.Of(("s", SqlType.BigInt))), [0], 2, false, true, 9, [sum]), rows, keys),
                One("sum over all rows, by arrival", new OverAggregateSpec(Bid.Concat(Schema.Of(("s", SqlType.BigInt))), [0], -1, true, true, -1, [sum]), rows, keys));
        }

        yield return new Group("times out of order by 4,000 rows", rows, One("order by time", new SortSpec(Bid, [new(2, false, true), new(1, false, true)], 2), rows, 1000));
    }

    private static Contestant One(string name, OperatorSpec spec, long rows, int keys) => new(name, () =>
    {
        using var rig = new OperatorRig(spec, Bid);
        var batch = Batch.CreateView(Bid);
        var (auctions, prices, times) = (new long[Batch.MaxRows], new long[Batch.MaxRows], new long[Batch.MaxRows]);
        ulong state = 42;
        for (long at = 0; at < rows; at += Batch.MaxRows)
        {
            for (int i = 0; i < Batch.MaxRows; i++)
            {
                state = (state * 6364136223846793005UL) + 1442695040888963407UL;
                auctions[i] = (long)((state >> 33) % (ulong)keys);
                prices[i] = (long)(state >> 40);
                times[i] = ((at + i) / 100) + (long)((state >> 20) % Delay);
            }

            ((FixedColumn<long>)batch.Columns[0]).Set(auctions, 0, Batch.MaxRows, default);
            ((FixedColumn<long>)batch.Columns[1]).Set(prices, 0, Batch.MaxRows, default);
            ((FixedColumn<long>)batch.Columns[2]).Set(times, 0, Batch.MaxRows, default);
            batch.Length = Batch.MaxRows;
            rig.Batch(0, batch);
            rig.Watermark((at / 100) - 1);
        }

        rig.Watermark(long.MaxValue);
        return null;
    });
}
