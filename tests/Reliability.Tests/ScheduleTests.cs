using System.Globalization;
using OrleansStream.TestKit;
using Xunit;

// One database server for all; no more schedules at once than cores can bear.
[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace OrleansStream.Reliability.Tests;

/// <summary>
/// Nothing lost, nothing twice, whatever dies: self-checking jobs on real processes that are killed, drained and paused. <c>OSTREAM_SCHEDULES=first..last</c> runs
/// other seeds than the twenty of every build; <c>OSTREAM_SCHEDULES_REPORT=file</c> appends a line of a table for each.
/// </summary>
public abstract class ScheduleTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly string Artifacts = Path.Combine(Ostream.Root, "artifacts", "reliability");

    private protected static TheoryData<int> Seeds(Family family)
    {
        string[] range = (Environment.GetEnvironmentVariable("OSTREAM_SCHEDULES") ?? "1..20").Split("..");
        int first = int.Parse(range[0], CultureInfo.InvariantCulture), last = int.Parse(range[^1], CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(first, last - first + 1).Where(s => Schedule.FamilyOf(s) == family)];
    }

    private protected async Task CheckAsync(int seed)
    {
        var schedule = Schedule.From(seed);
        output.WriteLine($"{schedule}");
        string log = Path.Combine(Artifacts, $"schedule-{seed}.log");
        var result = await ScheduleRun.RunAsync(schedule, server.Require, text =>
        {
            Directory.CreateDirectory(Artifacts);
            File.WriteAllText(log, text);
        });
        Report(result);
        Assert.True(result.Wrong.Count == 0, $"seed {seed}, {schedule}\n{string.Join('\n', result.Wrong)}\nlogs: {log}\nagain: OSTREAM_SCHEDULES={seed} tests/Reliability.Tests/bin/Release/net10.0/OrleansStream.Reliability.Tests -class '{GetType().FullName}'");
    }

    private void Report(ScheduleResult result)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"| {result.Schedule.Seed} | {result.Schedule} | {result.Generations} | {result.Epochs} | {string.Join(", ", result.Recoveries.Select(r => r.ToString("F1", CultureInfo.InvariantCulture)))} | {(result.Wrong.Count == 0 ? "right" : string.Join("; ", result.Wrong).ReplaceLineEndings(" "))} |");
        output.WriteLine($"{line} {result.Took.TotalSeconds:F0} s");
        if (Environment.GetEnvironmentVariable("OSTREAM_SCHEDULES_REPORT") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
    }
}

/// <summary>A process that is killed or drained, and started again.</summary>
public sealed class OneProcessTests(PostgreSqlServer server, ITestOutputHelper output) : ScheduleTests(server, output)
{
    public static TheoryData<int> OwnSeeds => Seeds(Family.OneProcess);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(OwnSeeds))]
    public Task Jobs_write_what_a_sequential_run_would(int seed) => CheckAsync(seed);
}

/// <summary>Two processes with jobs over both; one or both die, leave, or are silent for a while.</summary>
public sealed class TwoProcessTests(PostgreSqlServer server, ITestOutputHelper output) : ScheduleTests(server, output)
{
    public static TheoryData<int> OwnSeeds => Seeds(Family.TwoProcesses);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(OwnSeeds))]
    public Task Jobs_write_what_a_sequential_run_would(int seed) => CheckAsync(seed);
}

/// <summary>The process dies while its jobs read their last rows, take their last checkpoint or write their end.</summary>
public sealed class LastSecondTests(PostgreSqlServer server, ITestOutputHelper output) : ScheduleTests(server, output)
{
    public static TheoryData<int> OwnSeeds => Seeds(Family.LastSecond);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(OwnSeeds))]
    public Task Jobs_write_what_a_sequential_run_would(int seed) => CheckAsync(seed);
}
