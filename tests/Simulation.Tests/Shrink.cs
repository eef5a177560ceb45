using System.Collections.Immutable;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>One seed of one case.</summary>
internal readonly record struct Case(Topology Topology, Fault Faults, int Seed, Planted Planted = Planted.None)
{
    /// <summary>The command that repeats it.</summary>
    public string Command => $"./simulate {Topology}/{(int)Faults} {Seed}";

    /// <summary>Null = all well.</summary>
    public (Exception Error, SimulatedJob Job)? Fails(ImmutableArray<FaultEvent>? only = null)
    {
        var job = new SimulatedJob(Topology, Faults, Seed, Planted, only);
        try
        {
            job.Run();
            return null;
        }
#pragma warning disable CA1031 // Whatever it throws is the finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (e, job);
        }
    }
}

/// <summary>Takes away from a schedule what the failure does not need (delta debugging: halves, quarters … single events), then makes what is left shorter.</summary>
internal static class Shrink
{
    /// <param name="runs">at most so many tries.</param>
    public static ImmutableArray<FaultEvent> Events(Case c, ImmutableArray<FaultEvent> events, int runs = 300)
    {
        int left = runs;
        bool Fails(ImmutableArray<FaultEvent> some) => left-- > 0 && c.Fails(some) is not null;
        for (int pieces = 2; events.Length > 0;)
        {
            int size = Math.Max(1, (events.Length + pieces - 1) / pieces);
            var smaller = Enumerable.Range(0, (events.Length + size - 1) / size).Select(i => events.RemoveRange(i * size, Math.Min(size, events.Length - (i * size))))
                .Where(Fails).Select(e => (ImmutableArray<FaultEvent>?)e).FirstOrDefault();
            if (smaller is { } found) (events, pieces) = (found, Math.Max(2, pieces - 1));
            else if (size == 1 || left <= 0) break;
            else pieces = Math.Min(events.Length, pieces * 2);
        }

        for (int i = 0; i < events.Length; i++)
        {
            while (events[i].Ms > 1 && events.SetItem(i, events[i] with { Ms = events[i].Ms / 2 }) is var shorter && Fails(shorter)) events = shorter;
        }

        return events;
    }
}
