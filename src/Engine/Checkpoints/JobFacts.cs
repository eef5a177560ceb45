using System.Collections.Immutable;

namespace OrleansStream.Engine.Checkpoints;

public enum StopKind : byte
{
    /// <summary>Checkpoint (when the job takes any), then stop; the job can go on from there.</summary>
    Stop,

    /// <summary>As Stop, for good.</summary>
    Cancel,
}

/// <summary>What happened, as the run grain tells <see cref="JobProtocol"/>.</summary>
public abstract record JobFact
{
    /// <summary>A generation is to begin after what was seen of the journal.</summary>
    /// <param name="Plan">null = as before.</param>
    /// <param name="AskedFor">a person or a drain wants it: it does not count as a restart.</param>
    public sealed record Begin(JournalHead Seen, string? Plan, string RunSilo, string Cause, bool AskedFor, long NowMs) : JobFact;

    public sealed record Begun(bool Won) : JobFact;

    /// <summary>Enumerators are restored and have looked once; shards have their silos.</summary>
    public sealed record Prepared(ImmutableArray<ShardId> Shards) : JobFact;

    /// <param name="Instance">of the host: another one later means that the grain was activated anew.</param>
    public sealed record Started(ShardId Shard, string Instance) : JobFact;

    /// <summary>The committables of the manifest that this generation starts from are committed, older generations' staging is aborted.</summary>
    public sealed record Recommitted : JobFact;

    /// <summary>A shard says that all its inputs have ended.</summary>
    public sealed record ShardEnded(ShardId Shard) : JobFact;

    /// <summary>From <see cref="CheckpointEffect.Completed"/>.</summary>
    public sealed record EpochCompleted(long Epoch, bool Last, bool Final = false) : JobFact;

    /// <param name="Savepoint">id of the savepoint that the last checkpoint is to be; null = none.</param>
    public sealed record StopAsked(StopKind Kind, string? Reason, string? Savepoint = null) : JobFact;

    /// <param name="Fatal">the same would happen again (a malformed record, an overflow): the job is failed, not restarted.</param>
    public sealed record Failed(string Cause, bool Fatal, long NowMs) : JobFact;

    /// <summary>The final epoch of a generation whose shards are to live elsewhere is committed: the next one goes on from there, and nothing is done twice.</summary>
    public sealed record HandedOver(string Cause) : JobFact;

    /// <summary>A newer generation exists.</summary>
    public sealed record Superseded(int Generation) : JobFact;

    /// <summary>The hosts are gone (or their silos are).</summary>
    public sealed record ShardsStopped : JobFact;

    /// <param name="Won">false: the journal moved on; <paramref name="Generation"/> is its current one.</param>
    public sealed record DesiredWritten(bool Won, int Generation) : JobFact;
}

/// <summary>What the run grain is to do for <see cref="JobProtocol"/>.</summary>
public abstract record JobEffect
{
    /// <summary>Append to the journal as entry <paramref name="Seen"/> + 1.</summary>
    public sealed record AppendBegin(long Seen, BeginEntry Entry) : JobEffect;

    /// <summary>Restore enumerators, let them look, place the shards; then say <see cref="JobFact.Prepared"/>.</summary>
    public sealed record Prepare : JobEffect;

    /// <summary>Start all shards in parallel.</summary>
    public sealed record StartShards : JobEffect;

    /// <summary>Commit what the manifest names (idempotent) and abort older generations' staging.</summary>
    public sealed record Recommit : JobEffect;

    /// <summary>Let every host run.</summary>
    public sealed record Go : JobEffect;

    /// <summary>Tell <see cref="CheckpointProtocol"/> that an epoch is wanted.</summary>
    /// <param name="Final">nothing is to be processed after it.</param>
    public sealed record WantEpoch(bool Final = false, string? Savepoint = null) : JobEffect;

    /// <summary>Stop every host; then say <see cref="JobFact.ShardsStopped"/>.</summary>
    public sealed record StopShards : JobEffect;

    public sealed record AppendDesired(DesiredState State, string? Reason) : JobEffect;

    /// <summary>Begin the next generation after a while.</summary>
    /// <param name="AskedFor">it is no restart.</param>
    public sealed record BeginNext(string Cause, long DelayMs, bool AskedFor = false) : JobEffect;

    /// <summary>This run is over.</summary>
    public sealed record Over(DesiredState? Final) : JobEffect;
}
