using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace OrleansStream.Simulation.Tests;

/// <summary>
/// Seeds over topologies and faults. <c>./simulate</c> runs more of them, or one again; a failing seed says how, with the smallest schedule that fails.
/// </summary>
public class SimulationTests
{
    private const int SeedsPerCase = 5;

    public static TheoryData<Topology, Fault> Cases()
    {
        var data = new TheoryData<Topology, Fault>();
        foreach (var (topology, faults) in All()) data.Add(topology, faults);
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_job_commits_what_the_reference_says(Topology topology, Fault faults)
    {
        for (int seed = 1; seed <= SeedsPerCase; seed++) Check(new Case(topology, faults, seed));
    }

    /// <summary><c>SIMULATION_RUNS</c> seeds over all cases, from <c>SIMULATION_FIRST</c> on (1); <c>SIMULATION_CASE=topology/faults</c> only that case. Shows how far it is.</summary>
    [Fact(Explicit = true)]
    public void Campaign()
    {
        int runs = Number("SIMULATION_RUNS", 1000), first = Number("SIMULATION_FIRST", 1), done = 0, failed = 0;
        string? only = Environment.GetEnvironmentVariable("SIMULATION_CASE");
        var cases = All().Where(c => only is null || only == $"{c.Topology}/{(int)c.Faults}").ToArray();
        Assert.NotEmpty(cases);
        var watch = Stopwatch.StartNew();
        long next = 0;
        Parallel.For(0, runs, i =>
        {
            var c = new Case(cases[i % cases.Length].Topology, cases[i % cases.Length].Faults, first + (i / cases.Length));
            if (c.Fails() is { } failure)
            {
                bool shrink = Interlocked.Increment(ref failed) == 1;
                Console.Error.WriteLine(Finding.Describe(c, failure.Error, failure.Job, shrink) + "\n");
            }

            int now = Interlocked.Increment(ref done);
            long seconds = watch.ElapsedMilliseconds / 1000, shown = Interlocked.Read(ref next);
            if (seconds < shown || Interlocked.CompareExchange(ref next, seconds + 5, shown) != shown) return;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{now} of {runs} seeds, {failed} failed, {now * 1000.0 / Math.Max(1, watch.ElapsedMilliseconds):F0} a second"));
        });
        Console.Error.WriteLine($"{done} seeds in {watch.Elapsed.TotalSeconds:F0} s, {failed} failed");
        Assert.Equal(0, failed);
    }

    private static void Check(Case c)
    {
        if (c.Fails() is { } failure) Assert.Fail(Finding.Describe(c, failure.Error, failure.Job));
    }

    private static IEnumerable<(Topology Topology, Fault Faults)> All()
    {
        foreach (var topology in Enum.GetValues<Topology>())
        {
            foreach (var fault in Enum.GetValues<Fault>()) yield return (topology, fault);
            yield return (topology, Fault.Crash | Fault.Race | Fault.Rescale | Fault.Delay);
            yield return (topology, Fault.Torn | Fault.PowerLoss | Fault.FullDisk | Fault.Preempted | Fault.Race);
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
