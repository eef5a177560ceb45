using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Processes;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>Queries of the Nexmark benchmark give exactly the tables that Flink gave, whatever the number of shards and the batch size.</summary>
public partial class NexmarkTests
{
    public static TheoryData<string, int> Joins => new() { { "q3", 3 }, { "q4", 3 }, { "q5", 3 }, { "q7", 3 }, { "q8", 1 }, { "q8", 3 }, { "q20", 1 }, { "q20", 3 } };

    [Theory]
    [MemberData(nameof(Joins))]
    public async Task Joins_give_the_expected_table(string query, int shards)
    {
        int batch = shards == 1 ? 2048 : 7;
        string[] expected = Expected(query);
        var (output, _) = await Ostream.ExpectAsync(
            0, Ostream.Root, "run", Script(query), "--output", "jsonl", "--set", $"parallelism.default={shards}", "--set", $"batch-size={batch}");
        Assert.Equal(expected, Table(output).Order(StringComparer.Ordinal));
    }

    /// <summary>The query alone over the benchmark's source of 20,000 events.</summary>
    private static string Script(string query)
    {
        string tables = File.ReadAllText(Shared.Require("bench/flink/queries/ddl.sql"));
        string text = File.ReadAllText(Shared.Require($"bench/flink/queries/{query}.sql"));
        string select = text[text.IndexOf("SELECT", text.IndexOf("INSERT INTO", StringComparison.Ordinal), StringComparison.Ordinal)..];
        foreach (var (name, value) in new[] { ("EVENTS", "20000"), ("RATE", "1000"), ("SEED", "42"), ("BASE", "1600000000000"), ("AHEAD", "false"), ("POLL", "256"), ("SKIP", "false"), ("KEYS", "0") })
            tables = tables.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        string file = Path.Combine(Path.GetTempPath(), $"ostream-{query}-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}.sql");
        File.WriteAllText(file, tables + select);
        return file;
    }

    private static int s_number;

    private static string[] Expected(string query)
    {
        using var file = new GZipStream(File.OpenRead(Shared.Require($"bench/flink/expected/{query}-20000.csv.gz")), CompressionMode.Decompress);
        // Flink's CSV has three digits of a second, our text none that is 0 at its end.
        string text = Milliseconds().Replace(new StreamReader(file).ReadToEnd(), m => m.Groups[1].Value + m.Groups[2].Value.TrimEnd('0').TrimEnd('.'));
        return [.. text.TrimEnd('\n').Split('\n').Skip(1).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"(\d\d:\d\d:\d\d)(\.\d{3})(?=[,\n])")]
    private static partial Regex Milliseconds();

    // What is left after all changes.
    private static List<string> Table(string output)
    {
        var counts = new Dictionary<string, int>();
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var json = JsonDocument.Parse(line).RootElement;
            string row = string.Join(',', json.GetProperty("row").EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.Null ? "\\N" : p.Value.ToString()));
            counts[row] = counts.GetValueOrDefault(row) + (json.GetProperty("op").GetString() is "+I" or "+U" ? 1 : -1);
        }

        Assert.All(counts.Values, c => Assert.True(c >= 0));
        return [.. counts.SelectMany(c => Enumerable.Repeat(c.Key, c.Value))];
    }
}
