using System.Globalization;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Files;

/// <summary>Files of real data through source and format, against sums made elsewhere and System.Text.Json.</summary>
public sealed class RealDataTests
{
    [Fact]
    public async Task Flights_an_hour_and_origin()
    {
        var flights = await Read(Shared.Require("data/flights-20k.jsonl"), "json", "delay INT, ts TIMESTAMP(0), origin STRING");
        var sums = new Dictionary<(string Origin, long Hour), (long Count, long Delay)>();
        foreach (var b in flights)
        {
            for (int r = 0; r < b.Length; r++)
            {
                var key = (RowText.Value(b.Columns[2], r), ((FixedColumn<long>)b.Columns[1]).Values[r] / 3_600_000 * 3_600_000);
                var (count, delay) = sums.GetValueOrDefault(key);
                sums[key] = (count + 1, delay + ((FixedColumn<int>)b.Columns[0]).Values[r]);
            }
        }

        Assert.Equal(20_000, sums.Values.Sum(s => s.Count));

        // The expected file begins with names, which are no timestamps.
        var expected = await Read(Shared.Require("data/flights-hourly-by-origin.csv"), "csv", "w TIMESTAMP(3), origin STRING, flights BIGINT, delay BIGINT", ("csv.ignore-parse-errors", "true"));
        var lines = expected.SelectMany(b => Enumerable.Range(0, b.Length).Where(r => !b.Columns[0].IsNull(r)).Select(r => RowText.Print(b, r, false)));
        Assert.Equal(lines.Order(StringComparer.Ordinal), sums.Select(s => $"{s.Key.Hour} {s.Key.Origin} {s.Value.Count} {s.Value.Delay}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Earthquakes_with_nested_rows_and_arrays()
    {
        string path = Shared.Require("data/earthquakes.jsonl");
        var batches = await Read(path, "json", "geometry ROW<coordinates ARRAY<DOUBLE>>, id STRING, properties ROW<place STRING, mag DOUBLE, felt INT, `time` BIGINT, magType STRING>");
        var rows = batches.SelectMany(b => Enumerable.Range(0, b.Length).Select(r => RowText.Print(b, r, false))).ToArray();
        var lines = await File.ReadAllLinesAsync(path);
        Assert.Equal(lines.Length, rows.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            using var d = JsonDocument.Parse(lines[i]);
            var p = d.RootElement.GetProperty("properties");
            string coordinates = string.Join(", ", d.RootElement.GetProperty("geometry").GetProperty("coordinates").EnumerateArray().Select(Number));
            string expected = $"([{coordinates}]) {d.RootElement.GetProperty("id").GetString()} ({Text(p, "place")}, {Number(p.GetProperty("mag"))}, {Number(p.GetProperty("felt"))}, {p.GetProperty("time").GetInt64()}, {Text(p, "magType")})";
            Assert.Equal(expected, rows[i]);
        }
    }

    private static string Number(JsonElement e) => e.ValueKind == JsonValueKind.Null ? "NULL" : e.GetDouble().ToString("R", CultureInfo.InvariantCulture);

    private static string Text(JsonElement e, string name)
    {
        if (e.GetProperty(name).GetString() is not { } text) return "NULL";
        var b = new BatchBuilder(Schema.Of(("t", SqlType.String)));
        b.Text(0).Append(System.Text.Encoding.UTF8.GetBytes(text));
        b.Advance(1);
        return RowText.Print(b.Build(), 0, false);
    }

    private static async Task<List<Batch>> Read(string path, string format, string columns, params (string, string)[] options)
    {
        var context = Tables.Source(Tables.Of("filesystem", columns, [("path", path), ("format", format), ("source.block-size", "64 kb"), .. options]));
        var connector = ConnectorRegistry.Scan().Connector("filesystem");
        await using var splits = connector.CreateEnumerator(context);
        await using var reader = (IBlockReader)connector.CreateReader(context);
        await reader.OpenAsync(Assert.Single(await splits.DiscoverAsync(default)), SplitPosition.Start, default);
        var batches = new List<Batch>();
        var b = new BatchBuilder(context.ReadSchema);
        for (bool last = false; !last;)
        {
            var block = (await reader.ReadAsync(default))!;
            last = block.Last;
            for (int at = 0; at < block.Bytes.Length;)
            {
                at += reader.Decoder.Decode(block.Bytes.Span[at..], block.Before.Offset + at, b, Batch.MaxRows).Bytes;
                batches.Add(b.Build());
            }
        }

        return batches;
    }
}
