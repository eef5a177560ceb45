using System.Collections.Immutable;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Grains.Silos;

namespace OrleansStream.Grains.Runs;

/// <summary>What a run remembers for people: nothing here decides anything.</summary>
internal sealed class RunHistory
{
    private const int Kept = 50;

    private readonly List<CheckpointStatus> _checkpoints = [];
    private CheckpointStatus? _open;

    /// <summary>First cause first.</summary>
    public List<JobFault> Faults { get; } = [];

    /// <summary>Why an epoch cannot be stored or committed just now; null = all well.</summary>
    public string? Trouble { get; set; }

    /// <summary>What the shards were when they were stopped; default = they run.</summary>
    public ImmutableArray<ShardRow> Last { get; set; }

    public DesiredState? Final { get; set; }

    public ImmutableArray<CheckpointStatus> Checkpoints => [.. _checkpoints];

    public void Began(long epoch, int generation, DateTimeOffset at, bool savepoint) => _open = new CheckpointStatus(epoch, generation, at, 0, 0, savepoint, null);

    /// <summary>The longest pause of a shard.</summary>
    public void Reported(IEnumerable<EpochReport> reports)
    {
        if (_open is not null) _open = _open with { PauseMs = reports.Max(r => r.PauseMs) };
    }

    public void Completed(Manifest manifest, DateTimeOffset at) => Close(c => c with { DurationMs = (at - c.Started).TotalMilliseconds, Bytes = manifest.Shards.Sum(s => s.Bytes) });

    public void Failed(long epoch, string error) => Close(c => c.Epoch == epoch ? c with { Error = error } : c);

    private void Close(Func<CheckpointStatus, CheckpointStatus> end)
    {
        if (_open is null) return;
        _checkpoints.Add(end(_open));
        _open = null;
        if (_checkpoints.Count > Kept) _checkpoints.RemoveAt(0);
    }
}
