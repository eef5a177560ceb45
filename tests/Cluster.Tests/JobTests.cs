using System.Collections.Concurrent;
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
}
