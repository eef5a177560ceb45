using OrleansStream.Columns;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>What a generated row costs, to be taken off figures that include the generator.</summary>
[Benchmark("nexmark-bids", "Flat bids of the nexmark connector, made in batches of 2,048 rows into borrowed columns.")]
internal sealed class NexmarkBids : Benchmark
{
    private static readonly Schema Columns = Schema.Of(
        ("auction", SqlType.BigInt), ("dateTime", SqlType.Timestamp(3)), ("bidder", SqlType.BigInt), ("price", SqlType.BigInt),
        ("channel", SqlType.String), ("url", SqlType.String), ("extra", SqlType.String));

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = 2_000_000;
        foreach (int columns in new[] { 2, 4, 7 })
        {
            var schema = Columns.Select([.. Enumerable.Range(0, columns)]);
            var table = new NexmarkTable(new NexmarkGen(42, 1_600_000_000_000, 100_000), NexmarkShape.Bids, rows, 0, 1);
            yield return new Group($"{columns} columns", rows, new Contestant("NexmarkReader.Fill", () => Pass(table, schema)));
        }
    }

    private static string Pass(NexmarkTable table, Schema schema)
    {
        var reader = new NexmarkReader(table, schema);
        reader.OpenAsync(table.Split(0), SplitPosition.Start, default).AsTask().Wait();
        var builder = new BatchBuilder(schema);
        long all = 0;
        while (!reader.Ended)
        {
            builder.Reset();
            all += reader.Fill(builder, Batch.MaxRows, 0);
        }
        return $"{all}";
    }
}
