using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>A savepoint is taken, begun from with other numbers of shards and rows, listed and deleted, over HTTP: the results are those of one job without a break.</summary>
public class SavepointTests
{
    private const int Rows = 1_200;

    private const string Windows =
        """
        CREATE TABLE t (n BIGINT, ts AS TIMESTAMP '2026-01-01 00:00:00' + n * INTERVAL '1' SECOND, WATERMARK FOR ts AS ts)
        WITH ('connector' = 'datagen', 'rows-per-second' = '400', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '1199');
        CREATE TABLE f (m TIMESTAMP(3), k BIGINT, c BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT window_start, n % 7, COUNT(*), SUM(n)
        FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, n % 7;
        """;

    private static readonly string[] Expected =
    [
        .. Enumerable.Range(0, Rows).GroupBy(n => (Minute: n / 60, Key: n % 7))
            .Select(g => $$"""{"m":"2026-01-01 00:{{g.Key.Minute:00}}:00","k":{{g.Key.Key}},"c":{{g.Count()}},"n":{{g.Sum()}}}""").Order(StringComparer.Ordinal),
    ];

    [Theory]
    [InlineData(1, 2048)]
    [InlineData(4, 1)]
    public async Task A_job_that_was_stopped_goes_on_with_half_and_twice_the_shards(int shards, int batch)
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync("stopped", Windows, Settings(folder, 2, 7));
        await server.JobAsync(id, Going);
        Assert.Equal(HttpStatusCode.Accepted, (await server.Http.DeleteAsync($"/api/v1/jobs/{id}?mode=savepoint")).StatusCode);
        var stopped = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean() && Taken(j) is not null);
        Assert.Equal("stopped", Server.State(stopped));
        var checkpoint = stopped.GetProperty("checkpoints").EnumerateArray().Last();
        Assert.True(checkpoint.GetProperty("savepoint").GetBoolean());
        Assert.True(checkpoint.GetProperty("bytes").GetInt64() > 0);
        string savepoint = Taken(stopped)!;

        // What the job wrote is what is committed: nothing was processed after the last cut.
        Assert.Equal(Lines(folder).Count, stopped.GetProperty("rowsOut").GetInt64());
        Assert.InRange(Lines(folder).Count, 1, Expected.Length - 1);

        string next = await server.SubmitAsync("next", Windows, Settings(folder, shards, batch), savepoint);
        var ended = await server.JobAsync(next, j => j.GetProperty("ended").GetBoolean());
        Assert.Equal("finished", Server.State(ended));
        Assert.Equal(savepoint, ended.GetProperty("fromSavepoint").GetString());
        Assert.True(ended.GetProperty("epoch").GetInt64() > stopped.GetProperty("epoch").GetInt64());
        Assert.Equal(Expected, Lines(folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_is_taken_of_a_running_job_begun_from_listed_and_deleted()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync("runs on", Windows, Settings(folder, 2, 2048));
        await server.JobAsync(id, Going);
        var asked = await server.Http.PostAsync($"/api/v1/jobs/{id}/savepoints", null);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        string path = asked.Headers.Location!.OriginalString;
        var taken = await server.JsonAsync(path, s => s.GetProperty("state").GetString() != "pending");
        Assert.Equal("completed", taken.GetProperty("state").GetString());
        string savepoint = taken.GetProperty("id").GetString()!;
        Assert.StartsWith(id, savepoint, StringComparison.Ordinal);
        long epoch = taken.GetProperty("epoch").GetInt64();

        // The job itself goes on to its end, and its housekeeping leaves the savepoint alone.
        var ended = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        Assert.Equal("finished", Server.State(ended));
        Assert.True(ended.GetProperty("epoch").GetInt64() > epoch);
        Assert.Equal(Expected, Lines(folder).Order(StringComparer.Ordinal));

        var settings = Settings(folder, 3, 100);
        settings["out"] = folder.File("again");
        string again = await server.SubmitAsync("again", Windows, settings, savepoint);
        Assert.Equal("finished", Server.State(await server.JobAsync(again, j => j.GetProperty("ended").GetBoolean())));
        Assert.Equal(Expected, Lines(folder, "out", e => e <= epoch).Concat(Lines(folder, "again")).Order(StringComparer.Ordinal));

        var list = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/savepoints");
        Assert.Equal(savepoint, Assert.Single(list.GetProperty("savepoints").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.DeleteAsync(path)).StatusCode);
        var gone = await server.Http.PostAsJsonAsync("/api/v1/jobs", new { sql = Windows, settings, fromSavepoint = savepoint });
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("OS6008", (await gone.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_job_that_has_ended_gives_one_of_its_last_checkpoint_and_another_script_is_refused()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync("stopped", Windows, Settings(folder, 1, 2048));
        await server.JobAsync(id, Going);
        Assert.Equal(HttpStatusCode.Accepted, (await server.Http.DeleteAsync($"/api/v1/jobs/{id}")).StatusCode);
        await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        var asked = await server.Http.PostAsync($"/api/v1/jobs/{id}/savepoints", null);
        var taken = await server.JsonAsync(asked.Headers.Location!.OriginalString, s => s.GetProperty("state").GetString() != "pending");
        Assert.Equal("completed", taken.GetProperty("state").GetString());
        string savepoint = taken.GetProperty("id").GetString()!;

        string other = Windows.Replace("INTERVAL '1' MINUTE", "INTERVAL '2' MINUTE", StringComparison.Ordinal);
        var answer = await server.Http.PostAsJsonAsync("/api/v1/jobs", new { sql = other, settings = Settings(folder, 1, 2048), fromSavepoint = savepoint });
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.Conflict, "OS6009"), (answer.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Contains("TumbleWindow", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("dropState", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);

        string next = await server.SubmitAsync("next", Windows, Settings(folder, 2, 2048), savepoint);
        Assert.Equal("finished", Server.State(await server.JobAsync(next, j => j.GetProperty("ended").GetBoolean())));
        Assert.Equal(Expected, Lines(folder).Order(StringComparer.Ordinal));
    }

    private static bool Going(JsonElement job) => job.GetProperty("epoch").GetInt64() >= 2 && job.GetProperty("rowsOut").GetInt64() > 20;

    private static string? Taken(JsonElement job) =>
        job.GetProperty("savepoints").EnumerateArray().Where(s => s.GetProperty("state").GetString() == "completed").Select(s => s.GetProperty("id").GetString()).FirstOrDefault();

    private static Dictionary<string, string> Settings(Folder folder, int shards, int batch) => new()
    {
        ["out"] = folder.File("out"),
        ["parallelism.default"] = shards.ToString(CultureInfo.InvariantCulture),
        ["batch-size"] = batch.ToString(CultureInfo.InvariantCulture),
        ["execution.checkpointing.interval"] = "300 ms",
    };

    private static List<string> Lines(Folder folder, string path = "out", Func<long, bool>? epochs = null) =>
    [
        .. Directory.EnumerateDirectories(folder.File(path), "epoch-*")
            .Where(e => epochs is null || epochs(long.Parse(Path.GetFileName(e).Split('-')[1], CultureInfo.InvariantCulture)))
            .SelectMany(e => Directory.EnumerateFiles(e, "part-*")).SelectMany(File.ReadLines),
    ];
}
