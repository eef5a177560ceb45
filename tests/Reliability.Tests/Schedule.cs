using OrleansStream.Reliability.Tests.Jobs;

namespace OrleansStream.Reliability.Tests;

/// <summary>Kinds of schedules.</summary>
internal enum Family
{
    /// <summary>One process with its folder.</summary>
    OneProcess,

    /// <summary>Two over a database.</summary>
    TwoProcesses,

    /// <summary>One or two, which die when the jobs are about to end.</summary>
    LastSecond,
}

/// <summary>What happens to which jobs, all of it from a seed. Moments are real time, so the same seed meets the jobs in the same phase, not at the same row.</summary>
/// <param name="Silos">1: a process alone with its folder; 2: two over a database.</param>
/// <param name="AtEnd">the faults come around the moment in which the jobs end.</param>
internal sealed record Schedule(
    int Seed, int Silos, bool AtEnd, IReadOnlyList<CheckedJob> Jobs, Size Size, Dictionary<string, string> Settings, IReadOnlyList<Fault> Faults)
{
    /// <summary>They take turns: one process, two processes (three times), the last second.</summary>
    public static Family FamilyOf(int seed) => (seed % 5) switch { 0 => Family.OneProcess, 4 => Family.LastSecond, _ => Family.TwoProcesses };

    public static Schedule From(int seed)
    {
        var random = new Random(seed);
        var family = FamilyOf(seed);
        bool atEnd = family == Family.LastSecond;
        int silos = family == Family.OneProcess || (atEnd && random.Next(2) == 0) ? 1 : 2;
        var jobs = AllJobs.List.OrderBy(_ => random.Next()).Take(2).ToArray();
        int perSecond = 500 * (1 + random.Next(4));
        var settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = $"{1 + random.Next(4)}",
            ["batch-size"] = $"{new[] { 7, 256, 2048 }[random.Next(3)]}",
            ["execution.checkpointing.interval"] = $"{new[] { 200, 500, 1000 }[random.Next(3)]} ms",
        };
        int seconds = atEnd ? 3 : 5;
        return new Schedule(seed, silos, atEnd, jobs, new Size(perSecond * seconds, perSecond), settings, [.. Draw(random, silos, atEnd, seed)]);
    }

    public override string ToString() =>
        $"{Silos} silo{(Silos == 1 ? "" : "s")}{(AtEnd ? ", at the end" : "")}: {string.Join(" + ", Jobs.Select(j => j.Name))}; {string.Join(", ", Faults)}";

    private static IEnumerable<Fault> Draw(Random random, int silos, bool atEnd, int seed)
    {
        if (atEnd)
        {
            // After the moment in which a job has only a third of a second of rows before it.
            yield return new Fault(random.Next(3) == 0 ? FaultKind.KillAll : FaultKind.Kill, random.Next(silos), random.Next(1_000), random.Next(1_000), true);
            yield break;
        }

        // Of the schedules of two, each third begins with one of the three faults that only a peer can notice.
        FaultKind? first = silos == 1 ? null : (FaultKind)((int)FaultKind.KillAll + ((seed / 5) % 4));
        int count = first == FaultKind.PauseLong ? 1 : 1 + random.Next(2);
        for (int i = 0; i < count; i++)
        {
            var kind = i == 0 && first is { } given && seed % 5 != 1 ? given : random.Next(4) == 0 ? FaultKind.Terminate : FaultKind.Kill;
            yield return new Fault(kind, random.Next(silos), random.Next(1_500), random.Next(1_500), random.Next(3) > 0);
        }
    }
}
