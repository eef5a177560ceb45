using System.Text.RegularExpressions;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>docs/WALK.md tells the truth: its script passes its stops, in its order, in the executable that users run.</summary>
public partial class WalkTests
{
    private static readonly string Walk = File.ReadAllText(Path.Combine(Ostream.Root, "docs", "WALK.md"));

    [Fact]
    public async Task A_record_passes_the_stops_in_order()
    {
        using var folder = new Folder();
        folder.Write("walk.sql", Script().Match(Walk).Groups[1].Value);
        // Three minutes of rows: windows close while rows still come.
        folder.Write("orders.jsonl", string.Concat(Enumerable.Range(0, 180).Select(
            s => $"{{\"user_id\":{s % 7},\"amount\":{s},\"ts\":\"2026-01-01 00:{s / 60:00}:{s % 60:00}\"}}\n")));
        string record = folder.File("recorded");
        await using var ostream = Ostream.StartWith(
            new()
            {
                ["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "OrleansStream.WalkRecorder.dll"),
                ["OSTREAM_WALK"] = record,
            },
            folder.Path, "run", "walk.sql", "--set", "parallelism.default=2");
        int code = await ostream.EndAsync();
        Assert.True(code == 0, ostream.Error);
        Assert.NotEmpty(Directory.EnumerateDirectories(folder.File("spend"), "epoch-*"));

        var stops = Stop().Matches(Walk).Select(m => (Starred: m.Groups[1].Length > 0, Name: m.Groups[2].Value)).ToList();
        Assert.True(stops.Count > 10, "the table of stops was not found");
        var first = File.ReadLines(record).Select((method, at) => (method, at)).GroupBy(m => m.method).ToDictionary(g => g.Key, g => g.First().at);
        Assert.Empty(stops.Where(s => !first.ContainsKey(s.Name)));
        foreach (bool starred in new[] { false, true })
        {
            string[] told = [.. stops.Where(s => s.Starred == starred).Select(s => s.Name)];
            Assert.Equal(told, told.OrderBy(s => first[s]));
        }
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"^\| \d+(\\\*)? \| `([A-Za-z]+\.[A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Stop();
}
