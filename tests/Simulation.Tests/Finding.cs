using System.Collections.Immutable;

namespace OrleansStream.Simulation.Tests;

/// <summary>A seed that failed, as a person wants to read it: what went wrong, the command that repeats it, the smallest schedule that does it.</summary>
internal static class Finding
{
    /// <param name="shrink">look for the smallest schedule too, which takes some seconds.</param>
    public static string Describe(Case c, Exception error, SimulatedJob job, bool shrink = true)
    {
        var all = job.Events;
        var text = new List<string> { $"seed {c.Seed} of {c.Topology} with {c.Faults}: {error.Message}", $"repeat: {c.Command}" };
        if (!shrink) return string.Join('\n', text);
        if (c.Fails(all) is null) text.Add($"the {all.Length} events alone do not repeat it");
        else
        {
            var least = Shrink.Events(c, all);
            text.Add(least.IsEmpty ? "it fails without any fault" : $"of {all.Length} events these are enough:");
            text.AddRange(least.Select(e => "  " + e));
            if (c.Fails(least) is { } last) text.Add($"with them: {last.Error.Message}");
        }

        text.Add(job.Cluster?.Describe() ?? "");
        return string.Join('\n', text);
    }
}
