using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansStream.TestKit.Processes;
using Xunit;

namespace OrleansStream.Reliability.Tests.Figures;

/// <summary>From the making of a row to the moment in which a reader sees it in the exactly-once file sink.</summary>
public sealed class LatencyFigure(ITestOutputHelper output)
{
    private const int Seconds = 20;

    private const string Script =
        """
        CREATE TABLE t (k BIGINT, made TIMESTAMP_LTZ(3)) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.k.min' = '0', 'fields.k.max' = '999');
        CREATE TABLE f (k BIGINT, made TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT k, made FROM t;
        """;

    [Fact(Explicit = true)]
    public async Task Measure()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        var lines = new List<string>
        {
            $"1,000 rows a second for {Seconds} s through one process, each with the time at which its source made it; *visible* is when a reader that looks every 2 ms sees its epoch's folder.",
            "", "| Epochs every | rows | p50 | p99 | max |", "|---|--:|--:|--:|--:|",
        };
        foreach (string interval in new[] { "1 s", "200 ms", "50 ms" })
        {
            var waits = await OnceAsync(server, folder.File($"out-{interval.Replace(' ', '-')}"), interval);
            lines.Add($"| {interval} | {waits.Count} | {Ms(Page.Quantile(waits, 0.5))} | {Ms(Page.Quantile(waits, 0.99))} | {Ms(waits.Max())} |");
            output.WriteLine(lines[^1]);
        }

        Page.Write("latency", string.Join('\n', lines));
    }

    private static string Ms(double ms) => $"{ms.ToString("F0", CultureInfo.InvariantCulture)} ms";

    private static async Task<List<double>> OnceAsync(Server server, string path, string interval)
    {
        string id = await server.SubmitAsync("latency", Script, new() { ["out"] = path, ["execution.checkpointing.interval"] = interval });
        var seen = new Dictionary<string, DateTime>();
        // The first epochs pay for compilation; they are looked at and not counted.
        for (long from = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(Seconds + 3);)
        {
            bool counts = Stopwatch.GetElapsedTime(from) > TimeSpan.FromSeconds(3);
            if (Directory.Exists(path))
                foreach (string epoch in Directory.EnumerateDirectories(path, "epoch-*")) seen.TryAdd(epoch, counts ? DateTime.UtcNow : DateTime.MinValue);
            await Task.Delay(2);
        }

        (await server.Http.DeleteAsync($"/api/v1/jobs/{id}")).EnsureSuccessStatusCode();
        return [.. seen.Where(e => e.Value != DateTime.MinValue).SelectMany(e => Rows(e.Key).Select(made => (e.Value - made).TotalMilliseconds))];
    }

    private static IEnumerable<DateTime> Rows(string epoch) => Directory.EnumerateFiles(epoch, "part-*").SelectMany(File.ReadLines)
        .Select(l => DateTime.Parse(JsonDocument.Parse(l).RootElement.GetProperty("made").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal));
}
