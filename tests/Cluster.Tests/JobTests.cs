using System.Collections.Concurrent;
using System.Text.Json;
using OrleansStream.Contracts;
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
        string[] lines = [.. Directory.EnumerateDirectories(path, "epoch-*").SelectMany(Directory.EnumerateFiles).Where(f => Path.GetFileName(f)[0] != '.').SelectMany(File.ReadAllLines)];
        Assert.Equal(events, lines.Sum(l => JsonDocument.Parse(l).RootElement.GetProperty("bids").GetInt64()));
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
    public async Task An_unknown_job_has_no_status()
    {
        await using var silo = await LocalSilo.StartAsync();
        Assert.Null(await silo.Grains.GetGrain<IJobGrain>("acme/none").StatusAsync());
        Assert.Null(await silo.Grains.GetGrain<IJobGrain>("acme/none").StopAsync(StopKind.Cancel));
    }
}
