using OrleansStream.Reliability.Tests.Jobs;
using Xunit;

namespace OrleansStream.Reliability.Tests;

/// <summary>The references are right: without any fault, and at once, each job writes what is expected of it.</summary>
public sealed class CalmTests
{
    [Fact]
    public async Task Every_job_is_right_when_nothing_happens()
    {
        var size = new Size(6_000, 1_000_000);
        using var folder = new Folder();
        await using var server = await Server.StartAsync(folder);
        foreach (var (job, i) in AllJobs.List.Select((j, i) => (j, i)))
        {
            string path = folder.File($"out-{i}");
            string id = await server.SubmitAsync(job.Name, job.Script(size, path), new() { ["parallelism.default"] = "2", ["batch-size"] = "100" });
            var last = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
            Assert.True(Server.State(last) == "finished", $"{job.Name}: {last}");
            var lines = new EpochWatch(path).Lines();
            var verdict = Verdict.Of(job, size, lines);
            Assert.True(verdict.Right, $"{job.Name}: {verdict}");

            // The judge is no fool either.
            Assert.False(Verdict.Of(job, size, lines.Skip(1)).Right);
            Assert.False(Verdict.Of(job, size, lines.Append(lines[^1])).Right);
        }
    }
}
