using System.Globalization;
using System.Text.Json;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>A job outlives the process that runs it: the next one goes on, and every row is in the files once.</summary>
public class ResumeTests
{
    private const int Rows = 900;

    private const string Script =
        """
        CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '150', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${rows}');
        CREATE TABLE f (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT n FROM t;
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_is_there_once(bool killed)
    {
        using var folder = new Folder();
        string id;
        await using (var server = await Server.StartAsync(folder))
        {
            id = await server.SubmitAsync("resumed", Script, new() { ["out"] = folder.File("out"), ["rows"] = Rows.ToString(CultureInfo.InvariantCulture) });
            await server.JobAsync(id, j => j.GetProperty("epoch").GetInt64() >= 2 && j.GetProperty("rowsOut").GetInt64() > 200);
            if (killed) await server.KillAsync();
            else Assert.Equal(0, await server.StopAsync());
        }

        long before = Numbers(folder).Count;
        Assert.InRange(before, 1, Rows - 1);
        await using (var server = await Server.StartAsync(folder))
        {
            var job = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
            Assert.Equal("finished", Server.State(job));
            Assert.True(job.GetProperty("generation").GetInt32() >= 2, job.ToString());
        }

        Assert.Equal(Enumerable.Range(1, Rows).Select(n => (long)n), Numbers(folder).Order());
    }

    private const string Windows =
        """
        CREATE TABLE t (n BIGINT, ts AS TIMESTAMP '2026-01-01 00:00:00' + n * INTERVAL '1' SECOND, WATERMARK FOR ts AS ts)
        WITH ('connector' = 'datagen', 'rows-per-second' = '150', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '899');
        CREATE TABLE f (m TIMESTAMP(3), k BIGINT, c BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT window_start, n % 7, COUNT(*), SUM(n)
        FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, n % 7;
        """;

    /// <summary>State, timers and what was under way between shards come back as they were at the last checkpoint.</summary>
    [Fact]
    public async Task Windows_that_were_open_when_the_process_was_killed_are_whole()
    {
        using var folder = new Folder();
        string id;
        await using (var server = await Server.StartAsync(folder))
        {
            id = await server.SubmitAsync("windows", Windows, new() { ["out"] = folder.File("out"), ["parallelism.default"] = "3", ["batch-size"] = "7" });
            await server.JobAsync(id, j => j.GetProperty("epoch").GetInt64() >= 2 && j.GetProperty("rowsOut").GetInt64() > 20);
            await server.KillAsync();
        }

        await using (var server = await Server.StartAsync(folder))
            Assert.Equal("finished", Server.State(await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean())));

        var expected = Enumerable.Range(0, 900).GroupBy(n => (Minute: n / 60, Key: n % 7))
            .Select(g => $$"""{"m":"2026-01-01 00:{{g.Key.Minute:00}}:00","k":{{g.Key.Key}},"c":{{g.Count()}},"n":{{g.Sum()}}}""");
        Assert.Equal(expected.Order(StringComparer.Ordinal), Lines(folder).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Lines(Folder folder) => Directory.EnumerateDirectories(folder.File("out"), "epoch-*")
        .SelectMany(e => Directory.EnumerateFiles(e, "part-*"))
        .SelectMany(File.ReadLines);

    private static List<long> Numbers(Folder folder) => [.. Lines(folder).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("n").GetInt64())];
}
