using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>A job over HTTP, from its script to its files, as a client sees it.</summary>
public class ServeTests
{
    private const string Flights =
        """
        CREATE TABLE flights (ts TIMESTAMP(3), origin STRING, delay INT, WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
        WITH ('connector' = 'filesystem', 'path' = '${flights}', 'format' = 'json');
        CREATE TABLE hourly (window_start TIMESTAMP(3), origin STRING, flights BIGINT, delay_sum INT)
        WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO hourly SELECT window_start, origin, COUNT(*), SUM(delay)
        FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, origin;
        """;

    private const string Endless =
        """
        CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
        CREATE TABLE f (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT n FROM t;
        """;

    [Fact]
    public async Task A_job_with_a_file_sink_ends_in_one_folder_an_epoch()
    {
        string flights = Shared.Require("data/flights-20k.jsonl");
        string[] expected = File.ReadAllLines(Shared.Require("data/flights-hourly-by-origin.csv"));
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync(
            "Flights hourly", Flights, new() { ["flights"] = flights, ["out"] = folder.File("out"), ["parallelism.default"] = "2" });
        Assert.StartsWith("flights-hourly-", id, StringComparison.Ordinal);

        var job = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        Assert.Equal("finished", Server.State(job));
        var stages = job.GetProperty("stages").EnumerateArray().ToList();
        Assert.True(stages.Count >= 2, job.ToString());
        Assert.Equal(20_000, stages[0].GetProperty("rowsIn").GetInt64());
        Assert.All(stages.SelectMany(s => s.GetProperty("shards").EnumerateArray()), s => Assert.NotEqual("", s.GetProperty("silo").GetString()));
        Assert.Equal(2, stages[^1].GetProperty("shards").GetArrayLength());
        Assert.Equal(expected.Length - 1, job.GetProperty("rowsOut").GetInt64());
        Assert.NotEmpty(job.GetProperty("checkpoints").EnumerateArray());

        var rows = Directory.EnumerateDirectories(folder.File("out"), "epoch-*").SelectMany(e => Directory.EnumerateFiles(e, "part-*")).SelectMany(File.ReadAllLines).Select(Csv);
        Assert.Equal(expected.Skip(1).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_running_job_is_watched_listed_and_stopped()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync("endless", Endless, new() { ["out"] = folder.File("out") });
        var running = await server.JobAsync(id, j => Server.State(j) is "running" or "idle" && j.GetProperty("rowsOut").GetInt64() > 10);
        Assert.False(running.GetProperty("ended").GetBoolean());
        var listed = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/jobs");
        Assert.Contains(listed.GetProperty("jobs").EnumerateArray(), j => j.GetProperty("id").GetString() == id);

        // The dashboard counts on a timer of its own, so the job may run before its grains are counted there.
        var grains = new HashSet<string> { "JobGrain", "RunGrain", "ShardGrain" };
        await server.JsonAsync("/dashboard/DashboardCounters", stats => grains.IsSubsetOf(stats.GetProperty("simpleGrainStats").EnumerateArray().Select(g => g.GetProperty("grainType").GetString()!.Split('.')[^1])));

        var stop = await server.Http.DeleteAsync($"/api/v1/jobs/{id}");
        Assert.Equal(HttpStatusCode.Accepted, stop.StatusCode);
        var stopped = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        Assert.Equal("stopped", Server.State(stopped));
        long lines = Directory.EnumerateDirectories(folder.File("out"), "epoch-*").SelectMany(e => Directory.EnumerateFiles(e, "part-*")).Sum(f => File.ReadLines(f).LongCount());
        // What was out when the stop was asked for is committed; what came after the last cut is not (it would be read again).
        Assert.InRange(lines, running.GetProperty("rowsOut").GetInt64(), stopped.GetProperty("rowsOut").GetInt64());
    }

    [Fact]
    public async Task A_cancelled_job_gives_up_what_is_not_committed()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        string id = await server.SubmitAsync("endless", Endless, new() { ["out"] = folder.File("out") });
        await server.JobAsync(id, j => j.GetProperty("rowsOut").GetInt64() > 0);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.DeleteAsync($"/api/v1/jobs/{id}?mode=gently")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await server.Http.DeleteAsync($"/api/v1/jobs/{id}?mode=cancel")).StatusCode);
        Assert.Equal("cancelled", Server.State(await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean())));
    }

    [Fact]
    public async Task A_script_with_errors_is_a_problem_with_its_findings()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        var body = new { sql = "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');\nINSERT INTO t SELECT b FROM u;" };
        var answer = await server.Http.PostAsJsonAsync("/api/v1/jobs", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var error = Assert.Single((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray());
        Assert.Equal(("OS1003", 2, 29, 1), (error.GetProperty("code").GetString(), error.GetProperty("line").GetInt32(), error.GetProperty("column").GetInt32(), error.GetProperty("length").GetInt32()));

        var valid = await (await server.Http.PostAsJsonAsync("/api/v1/validate", body)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.False(valid.GetProperty("valid").GetBoolean());
        Assert.Equal("OS1003", valid.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task It_is_healthy_then_ends_on_a_signal()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready")).StatusCode);
        Assert.Contains("<html", await server.Http.GetStringAsync("/dashboard/"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_second_one_in_the_same_folder_is_refused()
    {
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        var (output, error) = await Ostream.ExpectAsync(2, folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal("", output);
        Assert.Contains("in use by another process", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Csv(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        return $"{row.GetProperty("window_start")},{row.GetProperty("origin")},{row.GetProperty("flights")},{row.GetProperty("delay_sum")}";
    }
}
