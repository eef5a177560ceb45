using System.Collections.Immutable;
using OrleansStream.Contracts;
using OrleansStream.Engine.Plan;
using Xunit;
using JobState = OrleansStream.Contracts.JobState;

namespace OrleansStream.Cluster.Tests;

/// <summary>What is wrong outside the job is waited for: nothing is lost, and nothing that made progress is begun again.</summary>
public sealed class OutsideTests
{
    [Fact]
    public async Task A_sink_that_takes_nothing_is_waited_for_however_late_its_epochs_are()
    {
        const long events = 400_000;
        await using var silo = await LocalSilo.StartAsync();
        string path = Path.Combine(silo.Folder, "out");
        string open = Path.Combine(path, ".staging", "acme%2Fwaits.sink", "open");
        Directory.CreateDirectory(Path.GetDirectoryName(open)!);

        // No folder can be made where a file is: every write of the sink fails.
        await File.WriteAllTextAsync(open, "in the way", TestContext.Current.CancellationToken);
        var job = silo.Grains.GetGrain<IJobGrain>("acme/waits");
        await job.SubmitAsync(Plans.Submission(With(Plans.CountBids(Plans.Files(path), events, shards: 2),
            ("execution.checkpointing.interval", "50 ms"), ("execution.checkpointing.timeout", "3 s"))));
        var failing = await silo.UntilAsync(job, s => s.State == JobState.CheckpointingFailing);
        Assert.Contains("sink out", failing.Why, StringComparison.Ordinal);

        // A time-out passes, long enough for an epoch of a slow machine.
        using (var passed = new PeriodicTimer(TimeSpan.FromSeconds(4))) await passed.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        File.Delete(open);
        var last = await silo.EndedAsync(job);
        Assert.True(last.State == JobState.Finished, $"{last.State}: {last.Why}");
        Assert.Equal(1, last.Generation);
        Assert.Empty(last.Faults);
        Assert.Equal(events, Plans.Lines(path).Sum(l => l.GetProperty("bids").GetInt64()));
    }

    [Fact]
    public async Task A_stop_ends_in_its_last_checkpoint_however_long_that_takes()
    {
        await using var silo = await LocalSilo.StartAsync();
        string path = Path.Combine(silo.Folder, "out");
        string open = Path.Combine(path, ".staging", "acme%2Fstops.sink", "open");
        Directory.CreateDirectory(Path.GetDirectoryName(open)!);
        await File.WriteAllTextAsync(open, "in the way", TestContext.Current.CancellationToken);
        var job = silo.Grains.GetGrain<IJobGrain>("acme/stops");
        await job.SubmitAsync(Plans.Submission(With(Plans.CountBids(Plans.Files(path), 1_000_000_000, shards: 2), ("execution.checkpointing.interval", "1 h"))));
        await silo.UntilAsync(job, s => s.RowsOut > 0);
        await job.StopAsync(StopKind.Checkpointed);

        // The silo looks for what nobody runs any more once a second, and doubts a run after two: this job is not to run, but its shards are needed.
        using (var passed = new PeriodicTimer(TimeSpan.FromSeconds(5))) await passed.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        File.Delete(open);
        var last = await silo.EndedAsync(job);
        Assert.True(last.State == JobState.Stopped, $"{last.State}: {last.Why}");
        Assert.Equal(1, last.Generation);
        Assert.Empty(last.Faults);
        Assert.Equal(last.RowsOut, Plans.Lines(path).Length);
    }

    [Fact]
    public async Task A_job_for_which_there_is_no_room_is_tried_again_ever_more_slowly()
    {
        await using var silo = await LocalSilo.StartAsync();
        var job = silo.Grains.GetGrain<IJobGrain>("acme/no-room");
        await job.SubmitAsync(Plans.Submission(With(Plans.CountBids(Plans.Print(), 10), ("job.pool", "gpu"))));
        var waiting = await silo.UntilAsync(job, s => s.Restarts.Length >= 4);
        Assert.Contains("no silo has room", waiting.Restarts[0].Cause, StringComparison.Ordinal);
        Assert.True(waiting.Restarts[3].At - waiting.Restarts[2].At >= TimeSpan.FromMilliseconds(900), $"{waiting.Restarts[2].At:O} {waiting.Restarts[3].At:O}");
        await silo.UntilAsync(job, s => s.State == JobState.Restarting && s.Why!.Contains("no silo has room", StringComparison.Ordinal));
        await job.StopAsync(StopKind.Cancel);
        Assert.Equal(JobState.Cancelled, (await silo.EndedAsync(job)).State);
    }

    private static Plan With(Plan plan, params (string Key, string Value)[] settings) =>
        plan with { Settings = plan.Settings.SetItems(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))) };
}
