using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Runtime;

public enum ShardMood : byte
{
    /// <summary>Loaded; waits for the run's Go.</summary>
    Ready,
    Running,

    /// <summary>No input just now.</summary>
    Idle,

    /// <summary>Waits for what <see cref="ShardStatus.BlockedBy"/> says.</summary>
    Blocked,

    /// <summary>All inputs have ended.</summary>
    Ended,
    Failed,
    Stopped,
}

/// <summary>A shard as it is now: numbers since its generation began, except counters, which go on over restores.</summary>
/// <param name="BlockedBy">in a person's words: <c>sink orders</c>, <c>exchange to silo-2</c>; null = nothing.</param>
/// <param name="Watermarks">per stage input, ms; <see cref="long.MinValue"/> before the first.</param>
/// <param name="RowsCrossed">rows sent over exchanges, to whatever silo.</param>
/// <param name="Late">rows that operators dropped as late.</param>
/// <param name="Progress">grows whenever anything was done.</param>
/// <param name="QuietMs">since it was last given rows.</param>
/// <param name="Checkpointing">why a part could not be stored, while it is being tried again; null = all well.</param>
public sealed record ShardStatus(
    ShardId Id, string Silo, string Instance, ShardMood Mood, string? BlockedBy, long RowsIn, long RowsOut, long Batches, long RowsCrossed, long Frames, long FrameBytes, long Late,
    long Malformed, ImmutableArray<long> Watermarks, long StateBytes, long LastEpoch, long Progress, string? Checkpointing, string? Failure,
    ImmutableSortedDictionary<string, long> Counters, long QuietMs);
