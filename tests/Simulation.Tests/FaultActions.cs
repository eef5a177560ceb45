using OrleansStream.Engine.Checkpoints;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>How each fault is done to a cluster. What it picks follows from the event alone, so that leaving out another event changes as little as can be.</summary>
internal sealed class FaultActions(Cluster cluster, Scenario scenario, SimulatedDisk disk, DiskStores stores, Random random)
{
    private Silo[] Alive => [.. cluster.Silos.Values.Where(s => s.Alive)];

    private Silo[] Awake => [.. cluster.Silos.Values.Where(s => s is { Alive: true, Paused: false })];

    /// <param name="at">the silo that is at it, if the moment is one of a silo.</param>
    /// <param name="run">the run that is at it.</param>
    public void Do(FaultEvent e, Silo? at, Run? run)
    {
        switch (e.Kind)
        {
            case Fault.Crash or Fault.LastMoments: Crash(Pick(e, at, Alive), e.Ms); break;
            case Fault.Pause: Pause(Pick(e, at, Awake), e.Ms); break;
            case Fault.Race: Race(Pick(e, null, Awake)); break;
            case Fault.Rescale:
                cluster.Rescaled = scenario.Rescaled(e.Target);
                Race(Pick(e, null, Awake));
                break;
            case Fault.RunCrash: if (run is not null) run.Dead = true; break;
            case Fault.Disk: For(e.Ms, on => disk.Fails = on); break;
            case Fault.FullDisk: For(e.Ms, on => disk.Full = on); break;
            case Fault.SlowSink: For(e.Ms, on => cluster.Memory.SinkFails = on); break;
            case Fault.OneWay: Cut(e, bothWays: false); break;
            case Fault.Partition: Cut(e, bothWays: true); break;
            case Fault.Reactivated: OnHost(e, (s, h) => { if (cluster.Runs.TryGetValue(h.Generation, out var r)) r.Reactivate(s, h); }); break;
            case Fault.Deactivated: OnHost(e, Run.Deactivate); break;
            case Fault.Stopped: cluster.Runs.Values.LastOrDefault(r => !r.Finished && !r.Dead)?.Stop(StopKind.Stop, e.Ms % 2 == 0 ? "j-1" : null); break;
            case Fault.PowerLoss: LosePower(e.Ms); break;
            default: throw new InvalidOperationException($"no rule for {e}");
        }
    }

    /// <summary>What happens at a step of a silo on the disk; true = it dies of it.</summary>
    public bool AtStep(FaultEvent e, Silo silo)
    {
        switch (e.Kind)
        {
            case Fault.Torn:
                Crash(silo, e.Ms);
                return true;
            case Fault.PowerLoss:
                LosePower(e.Ms);
                return true;
            default:
                silo.Paused = true;
                for (int i = 0; i < e.Ms && silo.Alive; i++) if (!cluster.World.Step()) break;
                silo.Paused = false;
                return false;
        }
    }

    public (Mishap Kind, int Ms) OfMessage(FaultEvent e) => e.Kind switch
    {
        Fault.Lost => (Mishap.Lost, 0),
        Fault.LostAnswer => (Mishap.LostAnswer, 0),
        Fault.Duplicate => (Mishap.Twice, e.Ms),
        _ => (e.Target == 0 ? Mishap.Late : Mishap.LateAnswer, e.Ms),
    };

    private static Silo? Pick(FaultEvent e, Silo? at, Silo[] of) => e.Target < 0 && at is not null ? at : of.Length == 0 ? null : of[Math.Abs(e.Target) % of.Length];

    private void Crash(Silo? victim, int ms)
    {
        if (victim is not { Alive: true }) return;
        Cluster.Crash(victim);
        cluster.World.After(ms, () => { if (!cluster.Silos.Values.Any(s => s.Slot == victim.Slot && s.Alive)) cluster.Boot(victim.Slot); }, null);
    }

    private void LosePower(int ms)
    {
        foreach (var silo in Alive) Crash(silo, ms);
        disk.LosePower(random);
        stores.Forget();
    }

    private void Pause(Silo? victim, int ms)
    {
        if (victim is null or { Paused: true }) return;
        victim.Paused = true;
        cluster.World.After(ms, () => victim.Paused = false, null);
    }

    private void Race(Silo? silo)
    {
        if (silo is not null && cluster.Head().Desired?.State == DesiredState.Running) cluster.Begin(silo, "raced", askedFor: true, []);
    }

    private void For(int ms, Action<bool> set)
    {
        set(true);
        cluster.World.After(ms, () => set(false), null);
    }

    private void Cut(FaultEvent e, bool bothWays)
    {
        string[] names = [.. Alive.Select(s => s.Name)];
        if (names.Length < 2) return;
        string one = names[e.Target % names.Length];
        foreach (string other in names.Where(n => n != one))
        {
            if (!bothWays && other != names[(e.Target + 1 + (e.Target / 7 % (names.Length - 1))) % names.Length]) continue;
            Cut((one, other), e.Ms);
            if (bothWays) Cut((other, one), e.Ms);
        }
    }

    private void Cut((string, string) way, int ms)
    {
        cluster.Network.Cut.Add(way);
        cluster.World.After(ms, () => cluster.Network.Cut.Remove(way), null);
    }

    private void OnHost(FaultEvent e, Action<Silo, Runtime.ShardSpec> act)
    {
        var hosts = Awake.SelectMany(s => s.Hosts.OrderBy(h => h.Key.Generation).ThenBy(h => h.Key.Id).Select(h => (s, h.Value.Spec))).ToArray();
        if (hosts.Length == 0) return;
        var (silo, spec) = hosts[e.Target % hosts.Length];
        act(silo, spec);
    }
}
