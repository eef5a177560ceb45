using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>What is done to a simulated cluster.</summary>
[Flags]
public enum Fault
{
    None = 0,

    /// <summary>A silo dies and comes back.</summary>
    Crash = 1,

    /// <summary>A silo stops for some seconds, then goes on as if nothing had been.</summary>
    Pause = 2,
    Delay = 4,
    Duplicate = 8,
    Lost = 16,
    LostAnswer = 32,

    /// <summary>Somebody begins a generation while another runs, at any moment.</summary>
    Race = 64,

    /// <summary>The run dies at some step of its protocols, its silo lives on.</summary>
    RunCrash = 128,

    /// <summary>Parts cannot be stored for a while.</summary>
    Disk = 256,

    /// <summary>A generation begins with other numbers of shards.</summary>
    Rescale = 512,

    /// <summary>The sink's target takes nothing for a while.</summary>
    SlowSink = 1024,

    /// <summary>Nothing comes through from one silo to another for a while; the other way is open.</summary>
    OneWay = 2048,

    /// <summary>A shard's grain is activated anew while the old host lives: senders are split between the two.</summary>
    Reactivated = 4096,
}

/// <summary>One seeded run of one scenario, with its checks.</summary>
internal sealed class SimulatedJob(Topology topology, Fault faults, int seed, Planted planted = Planted.None)
{
    private const int MaxSteps = 400_000;

    public Cluster Cluster { get; private set; } = null!;

    /// <summary>Runs to the end. Throws when the job does not end, fails, or gives other rows than the reference.</summary>
    public void Run()
    {
        var scenario = new Scenario(topology, seed);
        var random = new Random(seed ^ 0x5EED);
        Cluster = new Cluster(seed, (faults & (Fault.Crash | Fault.Pause | Fault.OneWay)) != 0 ? 2 + random.Next(2) : 1 + random.Next(3), _ => new ShardState(), planted)
        {
            EpochMs = 10 + random.Next(60),
            IsFatal = e => e is not IOException,
        };
        foreach (var (name, table) in scenario.Tables) Cluster.Memory.Tables.Add(name, table);
        Cluster.Faults = new Faults(
            Delay: faults.HasFlag(Fault.Delay) ? 0.2 : 0, Lost: faults.HasFlag(Fault.Lost) ? 0.03 : 0, LostAnswer: faults.HasFlag(Fault.LostAnswer) ? 0.03 : 0,
            Duplicate: faults.HasFlag(Fault.Duplicate) ? 0.1 : 0);
        Plant(scenario, random);
        Cluster.Submit(scenario.Plan);
        var end = Cluster.RunToEnd(MaxSteps);
        if (end != DesiredState.Finished) throw new InvalidOperationException($"the job is {end}: {Cluster.Head().Desired!.Reason} {Cluster.Failures.LastOrDefault()}");
        Compare(scenario.Expected, [.. Cluster.Memory.Targets["out"].Rows.Order(StringComparer.Ordinal)]);
        Invariants.Check(Cluster);
    }

    private void Plant(Scenario scenario, Random random)
    {
        var world = Cluster.World;
        int times = 1 + random.Next(3);
        for (int i = 0; i < times; i++)
        {
            if (faults.HasFlag(Fault.Crash)) world.After(random.Next(300), () => Crash(random), null);
            if (faults.HasFlag(Fault.Pause)) world.After(random.Next(300), () => Pause(random), null);
            if (faults.HasFlag(Fault.Race)) world.After(random.Next(300), () => Race(random), null);
            if (faults.HasFlag(Fault.Disk)) world.After(random.Next(200), () => Disk(random), null);
            if (faults.HasFlag(Fault.OneWay)) world.After(random.Next(300), () => OneWay(random), null);
            if (faults.HasFlag(Fault.Reactivated)) world.After(random.Next(300), () => Reactivate(random), null);
            if (faults.HasFlag(Fault.SlowSink)) world.After(random.Next(200), () => SlowSink(random), null);
            if (faults.HasFlag(Fault.Rescale))
            {
                world.After(random.Next(300), () =>
                {
                    Cluster.Rescaled = scenario.Rescaled();
                    Race(random);
                }, null);
            }
        }

        int left = times, step = random.Next(60);
        Cluster.OnEffect = (run, effect) =>
        {
            // The moments around a publish are the ones in which two may both believe to be the run.
            if (effect is CheckpointEffect.Publish)
            {
                if (faults.HasFlag(Fault.Race) && random.Next(8) == 0 && left-- > 0) Race(random);
                if (faults.HasFlag(Fault.Pause) && random.Next(8) == 0 && left-- > 0) Pause(run.Silo, random);
            }

            if (!faults.HasFlag(Fault.RunCrash) || left <= 0 || step-- > 0) return;
            (left, step) = (left - 1, random.Next(60));
            run.Dead = true;
        };
    }

    private void Crash(Random random)
    {
        var victim = Cluster.Silos.Values.Where(s => s.Alive).ElementAtOrDefault(random.Next(Cluster.Silos.Count));
        if (victim is null) return;
        Cluster.Crash(victim.Name);
        Cluster.World.After(1 + random.Next(1500), () => Cluster.Boot(victim.Name), null);
    }

    private void Pause(Random random)
    {
        var victim = Cluster.Silos.Values.Where(s => s is { Alive: true, Paused: false }).ElementAtOrDefault(random.Next(Cluster.Silos.Count));
        if (victim is not null) Pause(victim, random);
    }

    private void Pause(Silo victim, Random random)
    {
        if (Cluster.Silos.Values.Count(s => s is { Alive: true, Paused: false }) < 2) return;
        victim.Paused = true;
        Cluster.World.After(1 + random.Next(5000), () => victim.Paused = false, null);
    }

    private void Race(Random random)
    {
        if (Cluster.Head().Desired?.State != DesiredState.Running) return;
        var silo = Cluster.Silos.Values.Where(s => s is { Alive: true, Paused: false }).ElementAtOrDefault(random.Next(Cluster.Silos.Count));
        if (silo is not null) Cluster.Begin(null, silo, "raced", askedFor: true, []);
    }

    private void Disk(Random random)
    {
        Cluster.Parts.Fails = _ => true;
        Cluster.World.After(1 + random.Next(2000), () => Cluster.Parts.Fails = _ => false, null);
    }

    private void OneWay(Random random)
    {
        var way = ($"s{random.Next(Cluster.Silos.Count)}", $"s{random.Next(Cluster.Silos.Count)}");
        Cluster.Cut.Add(way);
        Cluster.World.After(1 + random.Next(4000), () => Cluster.Cut.Remove(way), null);
    }

    private void Reactivate(Random random)
    {
        var hosts = Cluster.Silos.Values.Where(s => s is { Alive: true, Paused: false }).SelectMany(s => s.Hosts.Values.Select(h => (s, h))).ToArray();
        if (hosts.Length == 0 || !Cluster.Runs.TryGetValue(hosts[^1].h.Spec.Generation, out var run)) return;
        var (silo, host) = hosts[random.Next(hosts.Length)];
        if (host.Spec.Generation == run.Generation) run.Reactivate(silo, host.Spec);
    }

    private void SlowSink(Random random)
    {
        Cluster.Memory.SinkFails = true;
        Cluster.World.After(1 + random.Next(random.Next(4) == 0 ? 30_000 : 2000), () => Cluster.Memory.SinkFails = false, null);
    }

    private static void Compare(ImmutableArray<string> expected, ImmutableArray<string> actual)
    {
        if (expected.SequenceEqual(actual)) return;
        var lost = Left(expected, actual);
        var extra = Left(actual, expected);
        throw new InvalidOperationException(
            $"{expected.Length} rows expected, {actual.Length} committed; lost {lost.Count}: {string.Join(" | ", lost.Take(5))}; too many {extra.Count}: {string.Join(" | ", extra.Take(5))}");
    }

    // Multiset difference.
    private static List<string> Left(ImmutableArray<string> of, ImmutableArray<string> without)
    {
        var counts = without.GroupBy(r => r).ToDictionary(g => g.Key, g => g.Count());
        var left = new List<string>();
        foreach (string r in of)
        {
            if (counts.GetValueOrDefault(r) > 0) counts[r]--;
            else left.Add(r);
        }

        return left;
    }
}
