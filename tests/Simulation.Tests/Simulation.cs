using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>One seeded run of one scenario, with its checks.</summary>
/// <param name="only">what goes wrong; null = as the seed says.</param>
internal sealed class SimulatedJob(Topology topology, Fault faults, int seed, Planted planted = Planted.None, ImmutableArray<FaultEvent>? only = null)
{
    private const int MaxSteps = 400_000;

    private readonly Schedule _schedule = only is { } given ? new Schedule(given) : new Schedule(faults, seed);
    private readonly Random _random = new(seed ^ 0xD15C);
    private long _effects;
    private long _publishes;
    private long _ends;
    private bool _ending;
    private int _stopped;

    public Cluster Cluster { get; private set; } = null!;

    /// <summary>What went wrong, so far.</summary>
    public ImmutableArray<FaultEvent> Events => _schedule.Events;

    /// <summary>Runs to the end. Throws when the job does not end, fails, gives other rows than the reference, or breaks an invariant.</summary>
    public void Run()
    {
        var scenario = new Scenario(topology, seed);
        var random = new Random(seed ^ 0x5110);
        var disk = new SimulatedDisk(planted);
        var stores = new DiskStores(disk);
        Cluster = new Cluster(seed, (faults & (Fault.Crash | Fault.Pause | Fault.OneWay | Fault.Partition)) != 0 ? 2 + random.Next(2) : 1 + random.Next(3), _ => new ShardState(), planted, stores)
        {
            EpochMs = 10 + random.Next(60),
            IsFatal = e => e is InvalidDataException or FileNotFoundException or InvalidOperationException or ArgumentException or NotSupportedException or KeyNotFoundException,
        };
        foreach (var (name, table) in scenario.Tables) Cluster.Memory.Tables.Add(name, table);
        var doing = new FaultActions(Cluster, scenario, disk, stores, _random);
        foreach (var e in _schedule.At(Trigger.Time).ToArray()) Cluster.World.After(e.Number, () => Do(doing, e, null, null), null);
        Cluster.Network.Mishaps = n => _schedule.OfMessage(n) is { } e ? doing.OfMessage(e) : default;
        disk.OnStep = (n, silo) =>
        {
            foreach (var e in _schedule.At(Trigger.DiskStep, n)) if (doing.AtStep(e, silo)) return true;
            return false;
        };
        Cluster.OnEffect = (run, effect) => AtEffect(doing, run, effect);
        Cluster.Submit(scenario.Plan);
        End(scenario);
    }

    private void End(Scenario scenario)
    {
        long steps = 0;
        DesiredState end;
        while (true)
        {
            end = Cluster.RunToEnd(MaxSteps - steps);
            if (end != DesiredState.Stopped || _stopped == 0) break;

            // Whoever stopped it starts it again.
            _stopped = 0;
            steps = Math.Max(steps, Cluster.World.Steps);
            Cluster.Start(MaxSteps);
        }

        if (end != DesiredState.Finished) throw new InvalidOperationException($"the job is {end}: {string.Join(" | ", Cluster.Failures.Select(f => f.Message).Take(3))}");
        Compare(scenario.Expected, Table(Cluster.Memory.Targets["out"].Rows));
        Cluster.Watched.CheckAll();
        Rest();
        if (Cluster.Broken is { } broken) throw new InvariantException(broken);
        Invariants.Check(Cluster);
    }

    // A job that is over holds nothing, on any silo that has had the time to look.
    private void Rest()
    {
        for (int i = 0; i < 6; i++)
        {
            Cluster.Settle();
            if (Cluster.Silos.Values.All(s => !s.Alive || s.Hosts.Count == 0)) return;
        }

        throw new InvalidOperationException($"hosts are left: {Cluster.Describe()}");
    }

    private void Do(FaultActions doing, FaultEvent e, Silo? at, Run? run)
    {
        if (e.Kind == Fault.Stopped) _stopped++;
        doing.Do(e, at, run);
    }

    private void AtEffect(FaultActions doing, Run run, object effect)
    {
        foreach (var e in _schedule.At(Trigger.Effect, _effects++)) Do(doing, e, run.Silo, run);
        if (effect is CheckpointEffect.Publish) foreach (var e in _schedule.At(Trigger.Publish, _publishes++)) Do(doing, e, run.Silo, run);
        _ending |= effect is JobEffect.WantEpoch or CheckpointEffect.Publish { Manifest.Last: true };
        if (_ending) foreach (var e in _schedule.At(Trigger.End, _ends++)) Do(doing, e, run.Silo, run);
    }

    // What the changes amount to; a row that is taken back without having come shows as such.
    private static ImmutableArray<string> Table(IEnumerable<string> changes)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string c in changes) counts[c[3..]] = counts.GetValueOrDefault(c[3..]) + (c[0] == '+' ? 1 : -1);
        return [.. counts.SelectMany(c => Enumerable.Repeat($"{(c.Value < 0 ? "-D" : "+I")} {c.Key}", Math.Abs(c.Value))).Order(StringComparer.Ordinal)];
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
