using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrleansStream.Columns;
using OrleansStream.Connectors;
using OrleansStream.Contracts;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains;
using Xunit;
using JobState = OrleansStream.Contracts.JobState;

namespace OrleansStream.Cluster.Tests;

/// <summary>Each of the operators' words, by a job that is brought into that state.</summary>
public sealed class WordTests
{
    [Fact]
    public async Task Running_lagging_and_idle_as_sink_and_source_go_on_or_stand()
    {
        var stage = Stage.Of("lags");
        await using var silo = await StartAsync();
        var job = await SubmitAsync(silo, "lags");
        Interlocked.Exchange(ref stage.Given, 10);
        var running = await silo.UntilAsync(job, s => s is { State: JobState.Running, RowsOut: 10 });
        Assert.Null(running.Why);

        var taken = new TaskCompletionSource();
        stage.Taking = taken.Task;
        Interlocked.Exchange(ref stage.Given, 5_000);
        var lagging = await silo.UntilAsync(job, s => s.State == JobState.Lagging);
        Assert.Equal("stage 0, shard 0: sink out", lagging.Why);
        taken.SetResult();
        stage.Taking = Task.CompletedTask;
        var idle = await silo.UntilAsync(job, s => s.State == JobState.Idle);
        Assert.Equal((5_000L, 1), (idle.RowsOut, idle.Generation));
        Assert.NotEmpty(idle.Checkpoints);
        Assert.All(idle.Checkpoints, c => Assert.True(c is { Error: null, DurationMs: > 0 }));

        Interlocked.Exchange(ref stage.Given, 5_001);
        await silo.UntilAsync(job, s => s is { State: JobState.Running, RowsOut: 5_001 });
        stage.Closed = true;
        Assert.Equal(JobState.Finished, (await silo.EndedAsync(job)).State);
    }

    [Fact]
    public async Task Restarting_since_when_why_and_from_which_epoch_then_running_again()
    {
        var stage = Stage.Of("breaks");
        await using var silo = await StartAsync();
        var job = await SubmitAsync(silo, "breaks");
        Interlocked.Exchange(ref stage.Given, 10);
        long epoch = (await silo.UntilAsync(job, s => s is { RowsOut: 10, Epoch: >= 1 })).Epoch;
        stage.Broken = new IOException("the cable is out");
        var restarting = await silo.UntilAsync(job, s => s.State == JobState.Restarting && s.Restarts.Length >= 3);
        Assert.Contains("the cable is out (goes on from epoch ", restarting.Why, StringComparison.Ordinal);
        // A loaded machine may have let the run be doubted as well: that is a restart of its own, with its own cause.
        Assert.Contains(restarting.Restarts, r => r.Cause == "the cable is out");
        Assert.All(restarting.Restarts, r => Assert.True(!r.AskedFor && r.Cause != "" && r.FromEpoch >= epoch, r.ToString()));
        Assert.True(restarting.Restarts[0].At <= restarting.Restarts[1].At && restarting.Restarts[0].Generation == 2);
        stage.Broken = null;
        stage.Closed = true;
        var last = await silo.EndedAsync(job);
        Assert.True(last.State == JobState.Finished, $"{last.State}: {last.Why}");
    }

    [Fact]
    public async Task Failed_with_the_first_cause_first_in_words_that_name_no_type()
    {
        var stage = Stage.Of("fails");
        await using var silo = await StartAsync();
        var job = await SubmitAsync(silo, "fails");
        await silo.UntilAsync(job, s => s.State is JobState.Running or JobState.Idle);
        stage.Broken = new EvaluationException("no such month: 13");
        var last = await silo.EndedAsync(job);
        Assert.Equal((JobState.Failed, "no such month: 13"), (last.State, last.Why));
        Assert.Equal((FaultCodes.Unexpected, "no such month: 13"), (last.Faults[0].Code, last.Faults[0].Message));
        Assert.Contains("shard 0", last.Faults[0].Where, StringComparison.Ordinal);
        Assert.DoesNotContain(last.Faults, f => f.Message.Contains("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_select_that_nobody_reads_ends_with_a_code()
    {
        var stage = Stage.Of("unread");
        Interlocked.Exchange(ref stage.Given, 10);
        await using var silo = await StartAsync(s => s.AddSingleton(new ResultLimits(TimeSpan.FromSeconds(1))));
        var job = await SubmitAsync(silo, "unread", collect: true);

        // One page is read, and then no more.
        await silo.Grains.GetGrain<IResultGrain>("acme/unread").FetchAsync(0);
        var last = await silo.EndedAsync(job);
        Assert.Equal(JobState.Cancelled, last.State);
        var page = await silo.Grains.GetGrain<IResultGrain>("acme/unread").FetchAsync(0);
        while (!page.Ended) page = await silo.Grains.GetGrain<IResultGrain>("acme/unread").FetchAsync(page.Token);
        Assert.Equal(FaultCodes.Unread, page.Fault?.Code);
    }

    private static Task<LocalSilo> StartAsync(Action<IServiceCollection>? more = null) => LocalSilo.StartAsync(services: s =>
    {
        s.AddSingleton<IConnectorCatalog>(_ => ConnectorRegistry.Scan(typeof(ConnectorRegistry).Assembly, typeof(StagedConnector).Assembly));
        more?.Invoke(s);
    });

    private static async Task<IJobGrain> SubmitAsync(LocalSilo silo, string name, bool collect = false)
    {
        var schema = Schema.Of(("n", SqlType.BigInt));
        var options = ImmutableSortedDictionary<string, string>.Empty.Add("stage", name);
        var sink = collect ? new TableRef("result", "collect", ImmutableSortedDictionary<string, string>.Empty, schema, [], []) : new TableRef("out", "staged", options, schema, [], []);
        var plan = new Plan(
            Plan.CurrentFormat,
            [
                new StagePlan(0, "copy", 1, [new SourceInput(new TableRef("in", "staged", options, schema, [], []), [0], [], null, "in", schema)],
                    [new NodePlan(0, "sink", new SinkSpec(sink, false, []), [NodeInput.FromStageInput(0)])]),
            ],
            [], ImmutableSortedDictionary<string, string>.Empty.Add("execution.checkpointing.interval", "200 ms"));
        var job = silo.Grains.GetGrain<IJobGrain>($"acme/{name}");
        await job.SubmitAsync(new JobSubmission(name, "INSERT …", PlanJson.Write(plan), ImmutableSortedDictionary<string, string>.Empty, collect));
        return job;
    }
}
