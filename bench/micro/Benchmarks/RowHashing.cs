using OrleansStream.Columns;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>The hash of a BIGINT key, batch by batch.</summary>
[Benchmark("row-hash", "RowHash of one BIGINT column without NULLs, in batches of 2,048 rows.")]
internal sealed class RowHashing : Benchmark
{
    public override IEnumerable<Group> Groups(long rows)
    {
        var bids = Bids.Make("u1m", Batch.MaxRows);
        var batch = Batch.CreateView(Schema.Of(("auction", SqlType.BigInt.NotNull)));
        ((FixedColumn<long>)batch.Columns[0]).Set(bids.Auction, 0, Batch.MaxRows, default);
        batch.Length = Batch.MaxRows;
        var hashes = new ulong[Batch.MaxRows];
        int batches = (int)Math.Max(rows, 2_000_000) / Batch.MaxRows;
        yield return new Group("BIGINT", (long)batches * Batch.MaxRows, new Contestant("RowHash.Hash", () =>
        {
            for (int b = 0; b < batches; b++) RowHash.Hash(batch, [0], hashes);
            return null;
        }));
    }
}
