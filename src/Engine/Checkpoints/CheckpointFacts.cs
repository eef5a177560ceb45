using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>What happened, as the run grain tells <see cref="CheckpointProtocol"/>.</summary>
public abstract record CheckpointFact
{
    /// <summary>The interval has passed, or somebody wants an epoch (stop, end, savepoint). While one is open, the wish is kept.</summary>
    /// <param name="Final">nothing is to be processed after its cut: the generation ends with it.</param>
    /// <param name="Savepoint">id of the savepoint that it is to be; null = an ordinary one.</param>
    public sealed record Wanted(long NowMs, bool Final = false, string? Savepoint = null) : CheckpointFact;

    public sealed record Reported(EpochReport Report) : CheckpointFact;

    /// <summary>An enumerator looked: splits that it had not given before, and its bytes after giving them.</summary>
    public sealed record SplitsFound(string Source, ImmutableArray<Split> Splits, bool Finished, byte[] Snapshot) : CheckpointFact;

    /// <param name="Won">false: somebody else wrote the journal's next entry.</param>
    public sealed record Published(long Epoch, bool Won) : CheckpointFact;

    /// <summary>Every committer has made the epoch visible.</summary>
    public sealed record Committed(long Epoch) : CheckpointFact;

    /// <summary>The savepoint of the epoch exists.</summary>
    public sealed record Kept(long Epoch) : CheckpointFact;

    /// <summary>Time went by.</summary>
    public sealed record Clock(long NowMs) : CheckpointFact;
}

/// <summary>What the run grain is to do for <see cref="CheckpointProtocol"/>.</summary>
public abstract record CheckpointEffect
{
    /// <summary>Send each shard its command.</summary>
    public sealed record BeginEpoch(long Epoch, ImmutableSortedDictionary<ShardId, EpochCommand> Commands) : CheckpointEffect;

    /// <summary>Append <see cref="PublishEntry"/>, then say <see cref="CheckpointFact.Published"/>.</summary>
    public sealed record Publish(Manifest Manifest) : CheckpointEffect;

    /// <summary>Call every sink's committer, then say <see cref="CheckpointFact.Committed"/>. Errors are retried: the rows are safe.</summary>
    public sealed record Commit(Manifest Manifest) : CheckpointEffect;

    /// <summary>Write the document of the savepoint, whose parts are there, then say <see cref="CheckpointFact.Kept"/>.</summary>
    public sealed record Keep(Manifest Manifest, string Savepoint) : CheckpointEffect;

    /// <summary>Append <see cref="DropEntry"/>, then delete the parts.</summary>
    public sealed record Drop(ImmutableArray<string> Parts) : CheckpointEffect;

    /// <summary>The epoch is published and committed.</summary>
    public sealed record Completed(long Epoch, bool Last, bool Final = false) : CheckpointEffect;

    /// <summary>An epoch has been open for longer than the time-out: without progress of these shards the generation ends.</summary>
    public sealed record Overdue(long Epoch, ImmutableArray<ShardId> Missing) : CheckpointEffect;

    /// <summary>A newer generation owns the journal.</summary>
    public sealed record StandDown : CheckpointEffect;
}
