using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansStream.Contracts;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Problems;
using Xunit;

namespace OrleansStream.Gateway.Tests;

/// <summary>What the gateway asks of the grains, and what it makes of their answers.</summary>
[Collection(GatewayFixture.OneAtATime)]
public class JobTests(GatewayFixture gateway)
{
    private const string Copy =
        """
        CREATE TABLE src (a INT, b STRING) WITH ('connector' = 'numbers', 'rows' = '${rows:-5}');
        CREATE TABLE snk (a INT, b STRING) WITH ('connector' = 'nowhere');
        SET 'batch-size' = '7';
        INSERT INTO snk SELECT a, b FROM src WHERE a > 1;
        """;

    private static readonly OptionSchema[] Connectors =
    [
        new("numbers", "Rows.", true, false, [new Option("rows", OptionType.Integer, "How many.")], [], Bounded: true),
        new("nowhere", "Takes everything.", false, true, [], []),
    ];

    [Fact]
    public async Task A_script_becomes_a_job()
    {
        string id = await SubmitAsync(new { sql = Copy, name = "Copy, twice", settings = new { rows = "9", marker = "m" } });
        Assert.StartsWith("copy-twice-", id, StringComparison.Ordinal);

        var submission = JobStub.Submitted[$"default/{id}"];
        Assert.Equal("Copy, twice", submission.Name);
        Assert.Contains("'rows' = '9'", submission.Sql, StringComparison.Ordinal);
        Assert.False(submission.Collect);
        // A setting that fills a placeholder is no SET option; the script's own go over the request's.
        Assert.Equal([("batch-size", "7"), ("marker", "m")], submission.Settings.Select(s => (s.Key, s.Value)));
        var plan = PlanJson.Read(submission.Plan);
        Assert.Equal("9", ((SourceInput)plan.Stages[0].Inputs[0]).Table.Options["rows"]);
    }

    [Fact]
    public async Task Its_status_is_shown_with_sums_over_shards()
    {
        string id = await SubmitAsync(new { sql = Copy });
        var job = await GatewayFixture.BodyAsync(await gateway.Http.GetAsync($"/api/v1/jobs/{id}"), HttpStatusCode.OK);
        Assert.Equal(("running", id, false), (job.GetProperty("state").GetString(), job.GetProperty("id").GetString(), job.GetProperty("ended").GetBoolean()));
        var stage = job.GetProperty("stages")[0];
        Assert.Equal((20, 10, 4, 7), (Number(stage, "rowsIn"), Number(stage, "rowsOut"), Number(stage, "crossed"), Number(stage, "lateRows")));
        Assert.Equal("silo-1", stage.GetProperty("shards")[1].GetProperty("silo").GetString());

        var list = await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/api/v1/jobs"), HttpStatusCode.OK);
        Assert.Equal(id, list.GetProperty("jobs")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("", StopKind.Checkpointed)]
    [InlineData("?mode=checkpoint", StopKind.Checkpointed)]
    [InlineData("?mode=savepoint", StopKind.Savepoint)]
    [InlineData("?mode=cancel", StopKind.Cancel)]
    public async Task It_is_stopped_as_asked(string query, StopKind kind)
    {
        string id = await SubmitAsync(new { sql = Copy });
        await GatewayFixture.BodyAsync(await gateway.Http.DeleteAsync($"/api/v1/jobs/{id}{query}"), HttpStatusCode.Accepted);
        Assert.Equal(kind, JobStub.Stopped[$"default/{id}"]);
    }

    [Fact]
    public async Task An_unknown_mode_stops_nothing()
    {
        string id = await SubmitAsync(new { sql = Copy });
        var answer = await gateway.Http.DeleteAsync($"/api/v1/jobs/{id}?mode=gently");
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.BadRequest, ApiProblem.BadRequest);
        Assert.False(JobStub.Stopped.ContainsKey($"default/{id}"));
    }

    [Fact]
    public async Task Errors_of_a_script_come_with_their_places()
    {
        await gateway.PublishAsync(Connectors);
        const string sql = "CREATE TABLE src (a INT) WITH ('connector' = 'numbers');\n\n SELECT abc FROM src;";
        var problem = await GatewayFixture.ProblemAsync(
            await gateway.Http.PostAsJsonAsync("/api/v1/jobs", new { sql }), HttpStatusCode.BadRequest, ApiProblem.Script);
        CheckError(Assert.Single(problem.GetProperty("errors").EnumerateArray()));

        var answer = await GatewayFixture.BodyAsync(await gateway.Http.PostAsJsonAsync("/api/v1/validate", new { sql }), HttpStatusCode.OK);
        Assert.False(answer.GetProperty("valid").GetBoolean());
        CheckError(Assert.Single(answer.GetProperty("errors").EnumerateArray()));

        static void CheckError(JsonElement error) => Assert.Equal(
            ("OS1004", "error", 3, 9, 3),
            (error.GetProperty("code").GetString(), error.GetProperty("severity").GetString(), Number(error, "line"), Number(error, "column"), Number(error, "length")));
    }

    [Fact]
    public async Task A_valid_script_shows_the_columns_of_its_select()
    {
        await gateway.PublishAsync(Connectors);
        const string sql = "CREATE TABLE src (a INT, b STRING) WITH ('connector' = 'numbers'); SELECT a + 1 AS c, b FROM src;";
        var answer = await GatewayFixture.BodyAsync(await gateway.Http.PostAsJsonAsync("/api/v1/validate", new { sql }), HttpStatusCode.OK);
        Assert.True(answer.GetProperty("valid").GetBoolean());
        Assert.Equal([("c", "INT"), ("b", "STRING")], answer.GetProperty("columns").EnumerateArray().Select(c => (c.GetProperty("name").GetString(), c.GetProperty("type").GetString())));
    }

    [Theory]
    [InlineData("CREATE TABLE src (a INT) WITH ('connector' = 'numbers'); SELECT a FROM src", ApiProblem.BadRequest)]
    [InlineData("CREATE TABLE src (a INT) WITH ('connector' = 'numbers')", ApiProblem.Script)]
    [InlineData("SET 'a' = '${b}'", ApiProblem.Script)]
    public async Task What_cannot_run_as_a_job_is_refused(string sql, string code)
    {
        await gateway.PublishAsync(Connectors);
        await GatewayFixture.ProblemAsync(await gateway.Http.PostAsJsonAsync("/api/v1/jobs", new { sql }), HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task What_a_grain_cannot_do_is_a_problem()
    {
        await gateway.PublishAsync(Connectors);
        var answer = await gateway.Http.PostAsJsonAsync("/api/v1/jobs", new { sql = Copy, name = "refused" });
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.InternalServerError, ApiProblem.Internal);
        string id = await SubmitAsync(new { sql = Copy, name = "unstoppable" });
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync($"/api/v1/jobs/{id}"), HttpStatusCode.NotImplemented, ApiProblem.NotSupported);
    }

    [Fact]
    public async Task Savepoints_are_asked_for_listed_and_deleted()
    {
        string id = await SubmitAsync(new { sql = Copy, name = "saved" });
        var asked = await gateway.Http.PostAsync($"/api/v1/jobs/{id}/savepoints", null, TestContext.Current.CancellationToken);
        var pending = await GatewayFixture.BodyAsync(asked, HttpStatusCode.Accepted);
        Assert.Equal(($"{id}-1", "pending"), (pending.GetProperty("id").GetString(), pending.GetProperty("state").GetString()));
        Assert.Equal($"/api/v1/savepoints/{id}-1", asked.Headers.Location?.OriginalString);
        var list = await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/api/v1/savepoints"), HttpStatusCode.OK);
        Assert.Equal("one-234567-1", list.GetProperty("savepoints")[0].GetProperty("id").GetString());
        Assert.Equal(345, Number(await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/api/v1/savepoints/one-234567-1"), HttpStatusCode.OK), "bytes"));
        Assert.Equal(HttpStatusCode.NoContent, (await gateway.Http.DeleteAsync("/api/v1/savepoints/one-234567-1")).StatusCode);
        string next = await SubmitAsync(new { sql = Copy, fromSavepoint = "one-234567-1", dropState = true });
        Assert.Equal(("one-234567-1", true), (JobStub.Submitted[$"default/{next}"].FromSavepoint, JobStub.Submitted[$"default/{next}"].DropState));
    }

    [Fact]
    public async Task What_is_refused_about_savepoints_has_a_code_and_says_what_to_do()
    {
        string id = await SubmitAsync(new { sql = Copy, name = "stateless" });
        await GatewayFixture.ProblemAsync(await gateway.Http.PostAsync($"/api/v1/jobs/{id}/savepoints", null), HttpStatusCode.Conflict, ApiProblem.NoState);
        await GatewayFixture.ProblemAsync(await gateway.Http.PostAsync("/api/v1/jobs/nobody-234567/savepoints", null), HttpStatusCode.NotFound, ApiProblem.UnknownJob);
        var unknown = await gateway.Http.PostAsJsonAsync("/api/v1/jobs", new { sql = Copy, fromSavepoint = "gone-234567-1" });
        Assert.Contains("GET /api/v1/savepoints", (await GatewayFixture.ProblemAsync(unknown, HttpStatusCode.NotFound, ApiProblem.UnknownSavepoint)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync("/api/v1/savepoints/used-234567-1"), HttpStatusCode.Conflict, ApiProblem.SavepointInUse);
        foreach (string wrong in new[] { "none-234567-1", "..%2F..%2Fx-1", "x", "-1", "a-b" })
            await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync($"/api/v1/savepoints/{wrong}"), HttpStatusCode.NotFound, ApiProblem.UnknownSavepoint);
    }

    [Fact]
    public async Task Rows_of_a_select_are_read_page_by_page_to_their_end()
    {
        var reader = gateway.Services.GetRequiredService<JobService>().Results("any");
        var batches = new List<byte[]>();
        await foreach (byte[] batch in reader.ReadAsync(TestContext.Current.CancellationToken)) batches.Add(batch);
        Assert.Equal(ResultStub.Pages, batches);
        Assert.Equal(ResultStub.Fault, reader.Fault);
    }

    private async Task<string> SubmitAsync(object request)
    {
        await gateway.PublishAsync(Connectors);
        var answer = await gateway.Http.PostAsJsonAsync("/api/v1/jobs", request);
        var body = await GatewayFixture.BodyAsync(answer, HttpStatusCode.Created);
        string id = body.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/jobs/{id}", answer.Headers.Location?.OriginalString);
        return id;
    }

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}
