using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using Xunit;
using JobState = OrleansStream.Contracts.JobState;

namespace OrleansStream.Cluster.Tests;

/// <summary>A checkpoint that cannot be read is refused by name: no older one takes its place, since what followed it has been committed.</summary>
public sealed class DamagedCheckpointTests
{
    [Theory]
    [InlineData("torn")]
    [InlineData("missing")]
    public async Task The_job_fails_naming_the_part(string damage)
    {
        string folder = Directory.CreateTempSubdirectory("ostream-").FullName;
        string path = Path.Combine(folder, "out");
        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            var job = silo.Grains.GetGrain<IJobGrain>("acme/damaged");
            await job.SubmitAsync(Plans.Submission(Plans.CountBids(Plans.Files(path), 1_000_000_000_000)));
            await silo.UntilAsync(job, s => s.Epoch >= 2);
        }

        string part;
        await using (var silo = await LocalSilo.StartAsync(folder, change: o => o with { Pool = "nothing runs here" }))
        {
            var head = await silo.Service<IJournal>().ReadAsync(new JobKey("acme", "damaged"), TestContext.Current.CancellationToken);
            part = head.Publish!.Manifest.Shards.First(s => !s.Parts.IsEmpty).Parts[^1];
        }

        string file = Directory.EnumerateFiles(Path.Combine(folder, "parts"), "*", SearchOption.AllDirectories).Single(f => f.EndsWith(part.Replace("acme/damaged/", "", StringComparison.Ordinal), StringComparison.Ordinal));
        if (damage == "missing") File.Delete(file);
        else
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            var last = await silo.EndedAsync(silo.Grains.GetGrain<IJobGrain>("acme/damaged"));
            Assert.Equal(JobState.Failed, last.State);
            var fault = last.Faults[0];
            Assert.Equal(Manifest.DamagedCode, fault.Code);
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }
}
