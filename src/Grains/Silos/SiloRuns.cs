using System.Collections.Immutable;
using OrleansStream.Grains.Runs;

namespace OrleansStream.Grains.Silos;

/// <summary>The runs that live on this silo: what its heartbeats name, and what a drain ends.</summary>
public sealed class SiloRuns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunBeat, IRunGrain> _runs = [];
    private readonly Dictionary<RunBeat, ImmutableArray<string>> _spread = [];
    private TaskCompletionSource? _empty;

    public void Add(string job, int generation, IRunGrain run)
    {
        lock (_lock) _runs[new RunBeat(job, generation)] = run;
    }

    public void Remove(string job, int generation)
    {
        lock (_lock)
        {
            _runs.Remove(new RunBeat(job, generation));
            _spread.Remove(new RunBeat(job, generation));
            if (_runs.Count == 0) _empty?.TrySetResult();
        }
    }

    /// <summary>A run has hosts on these silos: they are to hear its beats.</summary>
    public void Spread(string job, int generation, ImmutableArray<string> silos)
    {
        lock (_lock) if (_runs.ContainsKey(new RunBeat(job, generation))) _spread[new RunBeat(job, generation)] = silos;
    }

    /// <summary>Silos with hosts of the runs that live here.</summary>
    public ImmutableArray<string> Shared
    {
        get { lock (_lock) return [.. _spread.Values.SelectMany(s => s)]; }
    }

    /// <summary>A newer generation of a job lives elsewhere: older ones here are told.</summary>
    public void Supersede(RunBeat newer)
    {
        IRunGrain[] older;
        lock (_lock) older = [.. _runs.Where(r => r.Key.Job == newer.Job && r.Key.Generation < newer.Generation).Select(r => r.Value)];
        foreach (var run in older) run.TellAsync([new ShardEvent(ShardEventKind.Superseded, -1, -1, Generation: newer.Generation)]).Ignore();
    }

    /// <summary>Completes when no run is left.</summary>
    public Task WhenEmpty()
    {
        lock (_lock)
        {
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_runs.Count == 0) _empty.SetResult();
            return _empty.Task;
        }
    }

    public ImmutableArray<RunBeat> Beats
    {
        get { lock (_lock) return [.. _runs.Keys]; }
    }

    public ImmutableArray<IRunGrain> Grains
    {
        get { lock (_lock) return [.. _runs.Values]; }
    }
}
