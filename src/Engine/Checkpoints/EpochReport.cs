using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>A shard within a job's generation.</summary>
public readonly record struct ShardId(int Stage, int Shard) : IComparable<ShardId>
{
    public int CompareTo(ShardId other) => Stage != other.Stage ? Stage.CompareTo(other.Stage) : Shard.CompareTo(other.Shard);

    public static bool operator <(ShardId a, ShardId b) => a.CompareTo(b) < 0;

    public static bool operator >(ShardId a, ShardId b) => a.CompareTo(b) > 0;

    public static bool operator <=(ShardId a, ShardId b) => a.CompareTo(b) <= 0;

    public static bool operator >=(ShardId a, ShardId b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Stage}/{Shard}";
}

/// <summary>
/// What a shard has to say of an epoch once its part is stored and its sinks have prepared.
/// </summary>
/// <param name="Ended">every input of the shard had ended at the cut: nothing follows.</param>
/// <param name="Committables">per sink uid; empty arrays are left out.</param>
/// <param name="PauseMs">how long the shard has processed nothing because of the epoch, though it had input at hand.</param>
public sealed record EpochReport(
    int Generation, long Epoch, ShardId Shard, bool Ended, ShardImage Image, ImmutableSortedDictionary<string, ImmutableArray<byte[]>> Committables,
    double PauseMs = 0);

/// <summary>
/// Splits that a shard is to read, from the cut of the epoch that brings them on (or from the start).
/// </summary>
/// <param name="Source">the source's uid.</param>
/// <param name="Splits">where each begins.</param>
/// <param name="Finished">the enumerator has finished: no splits will follow.</param>
public sealed record ShardSplits(string Source, ImmutableArray<SplitImage> Splits, bool Finished);

/// <summary>The command that opens an epoch on one shard.</summary>
/// <param name="Final">the shard stands still after the cut.</param>
/// <param name="Savepoint">id of the savepoint into which the shard copies its parts; null = none.</param>
public sealed record EpochCommand(long Epoch, ImmutableArray<ShardSplits> Splits, bool Final = false, string? Savepoint = null);
