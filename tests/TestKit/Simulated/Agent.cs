using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>What a silo's agent does: beats, suspicions, and once a second a look at what ought to run.</summary>
public sealed class Agent
{
    private const int BeatTimeoutMs = 1000;

    private readonly Cluster _cluster;
    private readonly Silo _silo;
    private readonly Heard _heard = new();
    private Suspicion _suspicion = Suspicion.None;

    public Agent(Cluster cluster, Silo silo)
    {
        (_cluster, _silo) = (cluster, silo);
        Turn();
        Look();
    }

    /// <summary>The silos that runs and shards may be put on, as this one sees it.</summary>
    public ImmutableArray<string> Live => [.. _cluster.Silos.Keys.Where(IsLive)];

    public bool IsLive(string name) => name == _silo.Name || (_cluster.Silos.ContainsKey(name) && !_suspicion.Suspects(name));

    /// <summary>A silo did not answer an offer twice.</summary>
    public void Refused(string name) => _suspicion = _suspicion.Refuse(name);

    private long NowMs => _cluster.World.NowMs;

    private IEnumerable<(string Job, int Generation)> Beats =>
        _cluster.Runs.Values.Where(r => r.Silo == _silo && !r.Dead && !r.Finished).Select(r => (_cluster.Job.ToString(), r.Generation));

    private void Turn()
    {
        if (_suspicion.LastTurnMs >= 0 && NowMs - _suspicion.LastTurnMs > Suspicion.BeatMs + Suspicion.AwayMs) _heard.StartAnew(NowMs);
        var peers = Suspicion.PeersOf(_silo.Name, _cluster.Silos.Keys, _cluster.Runs.Values.Where(r => r.Silo == _silo).SelectMany(r => r.Silos));
        _suspicion = _suspicion.Turn(peers, NowMs);
        var beats = Beats.ToArray();
        _heard.Beat(beats, NowMs);
        foreach (string peer in peers) Beat(peer, beats);
        _cluster.World.After(Suspicion.BeatMs, Turn, _silo);
    }

    private void Beat(string peer, (string Job, int Generation)[] beats)
    {
        var to = _cluster.Find(peer);
        _cluster.Network.Call(_silo, to, () => to!.Agent.Take(_silo.Name, beats), _ => _suspicion = _suspicion.Hear(peer), e =>
        {
            if (e is LinkBrokenException) Refused(peer);
        }, BeatTimeoutMs);
    }

    private int Take(string from, (string Job, int Generation)[] beats)
    {
        _suspicion = _suspicion.Hear(from);
        _heard.Beat(beats, NowMs);
        foreach (var (_, generation) in beats)
        {
            _silo.StopOlder(generation);
            foreach (var (g, run) in _cluster.Runs) if (g < generation && run.Silo == _silo) run.On(new JobFact.Superseded(generation));
        }

        return 0;
    }

    private void Look()
    {
        _cluster.World.After(1000, Look, _silo);
        var here = _silo.Hosts.Keys.Select(h => (_cluster.Job.ToString(), h.Generation)).Distinct().ToArray();
        ImmutableArray<JournalHead> heads;
        try
        {
            heads = Cluster.Now(_silo.Journal.ReadRunningAsync(default));
        }
        catch (Exception e) when (e is IOException or SiloDiedException)
        {
            return;
        }

        foreach (var (_, generation) in Leftovers.Hosts(here, heads, (job, generation) => _heard.IsSilent(job, generation, NowMs))) _silo.StopOlder(generation + 1);
        foreach (var (head, cause) in _heard.Silent(heads, IsLive, _ => true, NowMs))
            _cluster.Begin(_silo, cause, askedFor: false, []);
    }
}
