using System.Collections.Concurrent;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Silos;
using JobState = OrleansStream.Contracts.JobState;
using StopKind = OrleansStream.Contracts.StopKind;
using Xunit;

namespace OrleansStream.Cluster.Tests;

/// <summary>Whole jobs on one silo, as <c>ostream run</c> runs them.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_bounded_job_finishes_with_every_row_counted_once()
    {
        const long events = 100_000;
        string[]? first = null;
        foreach (int shards in (int[])[1, 3])
        {
            var lines = new ConcurrentQueue<string>();
            await using var silo = await LocalSilo.StartAsync(change: o => o with { Print = lines.Enqueue });
            var job = silo.Grains.GetGrain<IJobGrain>("acme/count");
            await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Print(), events, shards)));
            var last = await silo.EndedAsync(job);

            Assert.True(last.State == JobState.Finished, $"{last.State}: {last.Why}");
            Assert.Equal(events, last.RowsIn);
            Assert.Equal(lines.Count, last.RowsOut);
            Assert.Equal(0, last.LateRows);
            Assert.Equal(events, last.Stages[0].Shards.Sum(s => s.Crossed));
            Assert.Equal(events, lines.Sum(l => long.Parse(l.Split(", ")[1])));
            string[] sorted = [.. lines.Order(StringComparer.Ordinal)];
            Assert.Equal(first ??= sorted, sorted);
        }
    }

    [Fact]
    public async Task A_file_sink_shows_whole_epochs()
    {
        const long events = 200_000;
        await using var silo = await LocalSilo.StartAsync();
        string path = Path.Combine(silo.Folder, "out");
        var job = silo.Grains.GetGrain<IJobGrain>("acme/files");
        await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Files(path), events, shards: 2)));
        var last = await silo.EndedAsync(job);

        Assert.True(last.State == JobState.Finished, $"{last.State}: {last.Why}");
        var lines = Plans.Lines(path);
        Assert.Equal(events, lines.Sum(l => l.GetProperty("bids").GetInt64()));
        Assert.Equal(last.RowsOut, lines.Length);
        Assert.NotEmpty(last.Checkpoints);
    }

    [Fact]
    public async Task Two_runs_at_once_do_not_meet()
    {
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var lines = new ConcurrentQueue<string>();
            await using var silo = await LocalSilo.StartAsync(change: o => o with { Print = lines.Enqueue });
            var job = silo.Grains.GetGrain<IJobGrain>("acme/count");
            await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Print(), 50_000, shards: 2)));
            Assert.Equal(JobState.Finished, (await silo.EndedAsync(job)).State);
            Assert.Equal(50_000, lines.Sum(l => long.Parse(l.Split(", ")[1])));
        }));
    }

    [Fact]
    public async Task A_select_is_read_page_by_page()
    {
        const long events = 300_000;
        await using var silo = await LocalSilo.StartAsync();
        var job = silo.Grains.GetGrain<IJobGrain>("acme/select");
        await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Collect(), events, shards: 2), collect: true));
        var result = silo.Grains.GetGrain<IResultGrain>("acme/select");
        long counted = 0;
        var page = await result.FetchAsync(0);
        for (; ; page = await result.FetchAsync(page.Token))
        {
            counted += page.Batches.SelectMany(Plans.Read).Sum(r => r.Bids);
            if (page.Ended) break;
        }

        Assert.Null(page.Fault);
        Assert.Equal(events, counted);
        Assert.Equal(JobState.Finished, (await silo.EndedAsync(job)).State);
    }

    [Fact]
    public async Task A_cancelled_select_tells_its_reader()
    {
        await using var silo = await LocalSilo.StartAsync();
        var job = silo.Grains.GetGrain<IJobGrain>("acme/select");
        await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Collect(), 1_000_000_000), collect: true));
        var result = silo.Grains.GetGrain<IResultGrain>("acme/select");
        var page = await result.FetchAsync(0);
        while (page.Batches.IsEmpty) page = await result.FetchAsync(page.Token);
        await job.StopAsync(StopKind.Cancel);
        while (!page.Ended) page = await result.FetchAsync(page.Token);
        Assert.Equal(FaultCodes.Cancelled, page.Fault?.Code);
        Assert.Equal(JobState.Cancelled, (await silo.EndedAsync(job)).State);
    }

    [Fact]
    public async Task A_failing_job_names_the_cause()
    {
        await using var silo = await LocalSilo.StartAsync();
        var plan = Plans.CountBids(Plans.Print(), 10);
        plan = plan with { Stages = plan.Stages.SetItem(0, plan.Stages[0] with { Inputs = [((SourceInput)plan.Stages[0].Inputs[0]) with { Table = ((SourceInput)plan.Stages[0].Inputs[0]).Table with { Connector = "nowhere" } }] }) };
        var job = silo.Grains.GetGrain<IJobGrain>("acme/fails");
        await job.SubmitAsync(Plans.Submission(plan));
        var last = await silo.EndedAsync(job);
        Assert.Equal(JobState.Failed, last.State);
        Assert.Contains("no connector 'nowhere'", Assert.Single(last.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_goes_on_after_a_restart_of_its_silo_and_repeats_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("ostream-").FullName;
        string path = Path.Combine(folder, "out");
        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            var job = silo.Grains.GetGrain<IJobGrain>("acme/long");
            await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Files(path), 1_000_000_000_000, shards: 2)));
            await silo.UntilAsync(job, s => s.Epoch >= 2);

            // Run and shards are found through the directory of our own, under names that people can read.
            var places = silo.Service<IPlaceTable>();
            foreach (string name in (string[])["run/acme/long/1", "shard/acme/long/1/0/0", "shard/acme/long/1/1/1"])
                Assert.Equal(silo.Service<Agents>().Here, (await places.FindAsync(name, default))?.Silo);
        }

        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            var job = silo.Grains.GetGrain<IJobGrain>("acme/long");
            var before = await silo.UntilAsync(job, s => s is { Generation: 2, State: JobState.Running });
            var restart = Assert.Single(before.Restarts);
            Assert.Contains("of its run is gone", restart.Cause, StringComparison.Ordinal);
            Assert.True(restart.FromEpoch >= 2);
            await silo.UntilAsync(job, s => s.Epoch >= before.Epoch + 2);
            await job.StopAsync(StopKind.Checkpointed);
            var last = await silo.EndedAsync(job);
            Assert.Equal(JobState.Stopped, last.State);
        }

        var windows = Plans.Lines(path).Select(l => (l.GetProperty("auction").GetInt64(), l.GetProperty("window_start").GetString())).ToArray();
        Assert.NotEmpty(windows);
        Assert.Equal(windows.Length, windows.Distinct().Count());

        // Bids come at 1,000 a second: every whole window has 10,000.
        Assert.All(Plans.Lines(path).GroupBy(l => l.GetProperty("window_start").GetString()), w => Assert.Equal(10_000, w.Sum(l => l.GetProperty("bids").GetInt64())));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_unknown_job_has_no_status()
    {
        await using var silo = await LocalSilo.StartAsync();
        Assert.Null(await silo.Grains.GetGrain<IJobGrain>("acme/none").StatusAsync());
        Assert.Null(await silo.Grains.GetGrain<IJobGrain>("acme/none").StopAsync(StopKind.Cancel));
    }
}
