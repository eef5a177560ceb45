using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Grains.Runs;

namespace OrleansStream.Grains.Silos;

/// <summary>The runs that live on this silo: what its heartbeats name, and what a drain ends.</summary>
public sealed class SiloRuns
{
    private readonly ConcurrentDictionary<RunBeat, IRunGrain> _runs = new();

    public void Add(string job, int generation, IRunGrain run) => _runs[new RunBeat(job, generation)] = run;

    public void Remove(string job, int generation) => _runs.TryRemove(new RunBeat(job, generation), out _);

    public ImmutableArray<RunBeat> Beats => [.. _runs.Keys];

    public ImmutableArray<IRunGrain> Grains => [.. _runs.Values];
}
