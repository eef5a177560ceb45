using System.Text.Json;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>Real input, whatever the number of shards and the batch size: the same, and the right result.</summary>
public class FlightsTests
{
    public static TheoryData<int, int> Matrix => new MatrixTheoryData<int, int>([1, 3], [1, 7, 2048]);

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Counts_and_delays_are_exact(int shards, int batch)
    {
        string flights = Shared.Require("data/flights-20k.jsonl");
        string[] expected = File.ReadAllLines(Shared.Require("data/flights-hourly-by-origin.csv"));
        var (output, error) = await Ostream.ExpectAsync(
            0, Ostream.Root, "run", Ostream.Sample("flights.sql"), "--output", "jsonl",
            "--set", $"flights={flights}", "--set", $"parallelism.default={shards}", "--set", $"batch-size={batch}");

        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Csv).Order(StringComparer.Ordinal);
        Assert.Equal(expected.Skip(1).Order(StringComparer.Ordinal), rows);

        var summary = SummaryTable.Read(error);
        Assert.Equal("20000", summary.Stages[0]["rows in"]);
        Assert.Equal(0, summary.Sum("late"));
        Assert.Equal($"{shards}", summary.Stages[^1]["shards"]);
        if (shards > 1) Assert.True(summary.Sum("crossed") > 0, error);
    }

    private static string Csv(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("+I", json.GetProperty("op").GetString());
        var row = json.GetProperty("row");
        return $"{row.GetProperty("window_start")},{row.GetProperty("origin")},{row.GetProperty("flights")},{row.GetProperty("delay_sum")}";
    }
}
