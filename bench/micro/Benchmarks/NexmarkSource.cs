using OrleansStream.Columns;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>What events in nested rows cost before any query sees them (flat bids: nexmark-bids).</summary>
[Benchmark("nexmark-source", "One row: an event of the nexmark connector, of the columns named by the input, into a borrowed batch.")]
internal sealed class NexmarkSource : Benchmark
{
    private const string Bid = "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra STRING>";

    private static readonly (string Name, string Columns, NexmarkShape Shape)[] Inputs =
    [
        ("nested, bid columns of q0", Bid, NexmarkShape.Events),
        (
            "nested, all columns",
            "event_type INT, person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING>, "
            + "auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>, "
            + "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING>",
            NexmarkShape.Events),
    ];

    public override IEnumerable<Group> Groups(long rows)
    {
        long count = rows > 0 ? rows : 2_000_000;
        foreach (var (name, columns, shape) in Inputs)
        {
            var schema = new Schema(SqlTypeText.Parse($"ROW<{columns}>").Fields);
            var table = new NexmarkTable(new NexmarkGen(42, 1_600_000_000_000, 100_000), shape, count, 0, 1);
            yield return new Group(name, count, new Contestant("OrleansStream", () => Pass(table, schema)));
        }
    }

    private static string Pass(NexmarkTable table, Schema schema)
    {
        var reader = new NexmarkReader(table, schema);
        reader.OpenAsync(new Split("0", "0/1"), SplitPosition.Start, default).AsTask().GetAwaiter().GetResult();
        long rows = 0;
        for (var b = new BatchBuilder(schema); !reader.Ended; b.Reset()) rows += reader.Fill(b, Batch.MaxRows, 0);
        return $"{rows}";
    }
}
