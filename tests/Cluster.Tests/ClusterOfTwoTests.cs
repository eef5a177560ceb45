using Npgsql;
using OrleansStream.Contracts;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Cluster.Tests;

/// <summary>Two silos as a cluster composes them: membership, journal, parts and places in PostgreSQL.</summary>
public sealed class ClusterOfTwoTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    [Fact]
    public async Task A_job_runs_over_both_silos()
    {
        const long events = 200_000;
        await using var one = await StartAsync("one");
        await using var two = await StartAsync("two");
        await two.SeesAsync(2);
        await one.SeesAsync(2);
        string path = Path.Combine(one.Folder, "out");
        var job = one.Grains.GetGrain<IJobGrain>("acme/over-two");
        await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Files(path), events, shards: 4, splits: 4)));
        var last = await one.EndedAsync(job);

        Assert.True(last.State == JobState.Finished, $"{last.State}: {last.Why}");
        Assert.Equal(events, last.RowsIn);
        Assert.All(last.Stages, stage => Assert.Equal(2, stage.Shards.Select(s => s.Silo).Distinct().Count()));
        Assert.Equal(events, Plans.Lines(path).Sum(l => l.GetProperty("bids").GetInt64()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_leaves_a_silo_that_stops_and_repeats_nothing(bool itsRun)
    {
        string cluster = itsRun ? "leaving" : "leaving_shards";
        await using var one = await StartAsync("one", cluster);
        var two = await StartAsync("two", cluster);
        await two.SeesAsync(2);
        await one.SeesAsync(2);
        string path = Path.Combine(one.Folder, "out");

        // Its run lives where it was submitted; its shards on both.
        var job = (itsRun ? two : one).Grains.GetGrain<IJobGrain>("acme/leaves");
        await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Files(path), 1_000_000_000_000, shards: 4, splits: 4)));
        var before = await two.UntilAsync(job, s => s.Epoch >= 1);
        Assert.Equal(2, before.Stages.SelectMany(s => s.Shards).Select(s => s.Silo).Distinct().Count());
        await two.DisposeAsync();

        job = one.Grains.GetGrain<IJobGrain>("acme/leaves");
        var moved = await one.UntilAsync(job, s => s is { Generation: >= 2, State: JobState.Running });
        var move = Assert.Single(moved.Restarts);
        Assert.True(move.AskedFor && move.Cause.Contains("stopping", StringComparison.Ordinal), move.ToString());
        Assert.True(move.FromEpoch > before.Epoch, $"{move}, before it epoch {before.Epoch}");
        await one.UntilAsync(job, s => s.Epoch >= moved.Epoch + 2);
        Assert.Single(moved.Stages.SelectMany(s => s.Shards).Select(s => s.Silo).Distinct());
        await job.StopAsync(StopKind.Checkpointed);
        Assert.Equal(JobState.Stopped, (await one.EndedAsync(job)).State);
        var windows = Plans.Lines(path).Select(l => (l.GetProperty("auction").GetInt64(), l.GetProperty("window_start").GetString())).ToArray();
        Assert.Equal(windows.Length, windows.Distinct().Count());
    }

    // A database of its own for each cluster: journals say what ought to run, to whoever reads them.
    private async Task<LocalSilo> StartAsync(string name, string cluster = "two_silos")
    {
        string database = server.Require();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var exists = source.CreateCommand($"SELECT count(*) FROM pg_database WHERE datname = '{cluster}'");
            if ((long)(await exists.ExecuteScalarAsync())! == 0)
            {
                await using var create = source.CreateCommand($"CREATE DATABASE {cluster}");
                await create.ExecuteNonQueryAsync();
            }
        }

        string own = new NpgsqlConnectionStringBuilder(database) { Database = cluster }.ToString();
        return await LocalSilo.StartAsync(change: o => o with { Database = own, Name = name, ClusterId = cluster, ServiceId = cluster });
    }
}
