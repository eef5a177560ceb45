using System.Text.Json;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>The first command of the README, on fewer events: 100,000 a second of event time, ten seconds a window.</summary>
public class QuickstartTests
{
    private const string Events = "events=2500000";

    [Fact]
    public async Task It_shows_a_table_and_ends()
    {
        var (output, error) = await Ostream.ExpectAsync(0, Ostream.Root, "run", Ostream.Sample("quickstart.sql"), "--set", Events);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("window_start", lines[0], StringComparison.Ordinal);
        // 25 s of events that begin on a multiple of 10 s.
        Assert.Equal("3 rows", lines[^1]);
        Assert.StartsWith("2020-09-13 12:26:40.000 | 2020-09-13 12:26:50.000 | 1000000 |", lines[2], StringComparison.Ordinal);

        var summary = SummaryTable.Read(error);
        Assert.Equal("2500000", summary.Stages[0]["rows in"]);
        Assert.StartsWith("finished in ", summary.Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jsonl_is_a_line_a_row_and_nothing_else()
    {
        var (output, _) = await Ostream.ExpectAsync(0, Ostream.Root, "run", Ostream.Sample("quickstart.sql"), "--output", "jsonl", "--set", Events);
        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, r =>
        {
            Assert.Equal(["op", "row"], r.EnumerateObject().Select(p => p.Name));
            Assert.Equal("+I", r.GetProperty("op").GetString());
            Assert.Equal(
                ["window_start", "window_end", "bids", "high_bids", "lowest", "average", "highest"], r.GetProperty("row").EnumerateObject().Select(p => p.Name));
        });
        Assert.Equal(2_500_000, rows.Sum(r => r.GetProperty("row").GetProperty("bids").GetInt64()));
        Assert.Equal("2020-09-13 12:26:40", rows[0].GetProperty("row").GetProperty("window_start").GetString());
    }

    [Fact]
    public async Task Changelog_is_a_line_a_change()
    {
        var (output, _) = await Ostream.ExpectAsync(0, Ostream.Root, "run", Ostream.Sample("quickstart.sql"), "--output", "changelog", "--set", Events);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("op  window_start", lines[0], StringComparison.Ordinal);
        Assert.All(lines.Skip(1), l => Assert.StartsWith("+I  2020-09-13 12:2", l, StringComparison.Ordinal));
        Assert.Equal(4, lines.Length);
    }

    [Fact]
    public async Task Two_run_at_once()
    {
        var runs = Enumerable.Range(0, 2).Select(_ => Ostream.ExpectAsync(0, Ostream.Root, "run", Ostream.Sample("quickstart.sql"), "--output", "jsonl", "--set", Events));
        var done = await Task.WhenAll(runs);
        Assert.Equal(done[0].Out, done[1].Out);
    }

    [Fact]
    public async Task A_run_leaves_nothing_behind()
    {
        using var folder = new Folder();
        await using var ostream = Ostream.StartWith(new() { ["TMPDIR"] = folder.Path }, folder.Path, "run", Ostream.Sample("quickstart.sql"), "--set", "events=1000");
        Assert.Equal(0, await ostream.EndAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path).Where(f => Path.GetFileName(f).StartsWith("ostream-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_sample_is_explained_and_validated_without_a_silo()
    {
        var (explained, _) = await Ostream.ExpectAsync(0, Ostream.Root, "explain", Ostream.Sample("quickstart.sql"));
        Assert.Contains("changelogMode", explained, StringComparison.Ordinal);
        var (valid, error) = await Ostream.ExpectAsync(0, Ostream.Root, "validate", Ostream.Sample("quickstart.sql"));
        Assert.Equal(("The script is valid.\n", ""), (valid, error));
    }
}
