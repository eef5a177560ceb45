using System.Globalization;
using Xunit;

namespace OrleansStream.Simulation.Tests;

/// <summary>
/// Seeds over topologies and faults. <c>SIMULATION_SEEDS=first-last</c> runs other seeds, <c>SIMULATION_CASE=topology/faults</c> one case; a failing one prints the command that repeats it.
/// </summary>
public class SimulationTests
{
    private const int SeedsPerCase = 12;

    public static TheoryData<Topology, Fault> Cases()
    {
        var data = new TheoryData<Topology, Fault>();
        foreach (var topology in Enum.GetValues<Topology>())
        {
            foreach (var fault in Enum.GetValues<Fault>()) data.Add(topology, fault);
            data.Add(topology, Fault.Crash | Fault.Race | Fault.Rescale | Fault.Delay);
            data.Add(topology, (Fault)8191);
        }

        string? only = Environment.GetEnvironmentVariable("SIMULATION_CASE");
        return only is null ? data : [.. data.Where(d => only == $"{d.Data.Item1}/{(int)d.Data.Item2}")];
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_job_commits_what_the_reference_says(Topology topology, Fault faults)
    {
        var (first, last) = Seeds();
        for (int seed = first; seed <= last; seed++)
        {
            var job = new SimulatedJob(topology, faults, seed);
            try
            {
                job.Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed} of {topology} with {faults}: {e.Message}\nrepeat: SIMULATION_SEEDS={seed}-{seed} SIMULATION_CASE={topology}/{(int)faults} dotnet run --project tests/Simulation.Tests -c Release\n{job.Cluster?.Describe()}", e);
            }
        }
    }

    private static (int First, int Last) Seeds()
    {
        string? range = Environment.GetEnvironmentVariable("SIMULATION_SEEDS");
        if (range is null) return (1, SeedsPerCase);
        string[] ends = range.Split('-');
        return (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
    }
}
