namespace OrleansStream.Engine.Checkpoints;

/// <summary>
/// What a shard that makes no progress waits for. A sink, a reader or a disk would keep the next generation waiting as well, and that one would replay on top (ADR 31);
/// an exchange only says that the next stage is the slower one.
/// </summary>
public static class ShardWait
{
    private const string Exchange = "exchange";

    /// <summary>Whether it waits for something outside the job.</summary>
    /// <param name="blockedBy">what keeps its chain from going on; null = nothing.</param>
    /// <param name="checkpointing">why its part or its sinks' output cannot be stored; null = all well.</param>
    public static bool IsOutside(string? blockedBy, string? checkpointing) =>
        checkpointing is not null || (blockedBy is not null && !blockedBy.StartsWith(Exchange, StringComparison.Ordinal));

    /// <summary>Whether an overdue epoch is waited for, given the shards that have not reported it: one that waits outside holds the others back.</summary>
    public static bool Excuses(IEnumerable<(string? BlockedBy, string? Checkpointing)> missing) => missing.Any(s => IsOutside(s.BlockedBy, s.Checkpointing));
}
