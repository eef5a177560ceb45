using System.Collections.Immutable;

namespace OrleansStream.Contracts;

/// <summary>The operators' words for a job.</summary>
[GenerateSerializer]
public enum JobState
{
    /// <summary>Accepted; its generation is beginning.</summary>
    Starting,
    Running,

    /// <summary>Running, and its sources have had nothing to read for a while.</summary>
    Idle,

    /// <summary>Running behind: blocked by what <see cref="JobStatus.Why"/> names.</summary>
    Lagging,

    /// <summary>Running, but epochs cannot be stored; retried with back-off.</summary>
    CheckpointingFailing,
    Restarting,

    /// <summary>A last checkpoint is being taken before it stops.</summary>
    Stopping,
    Stopped,

    /// <summary>Ended by itself; every row is committed.</summary>
    Finished,
    Failed,
    Cancelled,
}

/// <summary>Why a job or a generation failed.</summary>
/// <param name="Code">stable, <c>OS5001</c>.</param>
/// <param name="Where">file and line, operator, shard: whatever names the place; null = unknown.</param>
[GenerateSerializer, Immutable, Alias("fault")]
public sealed record JobFault([property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] string? Where, [property: Id(3)] DateTimeOffset At);

/// <summary>What a job is and does, for people and programs.</summary>
[GenerateSerializer, Immutable, Alias("job-status")]
public sealed record JobStatus
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Tenant { get; init; }
    [Id(2)] public required string Name { get; init; }
    [Id(3)] public required JobState State { get; init; }

    /// <summary>Blocked by what, restarting why: one sentence.</summary>
    [Id(4)] public string? Why { get; init; }
    [Id(5)] public DateTimeOffset Since { get; init; }
    [Id(6)] public int Generation { get; init; }

    /// <summary>Last published epoch; 0 = none.</summary>
    [Id(7)] public long Epoch { get; init; }
    [Id(8)] public long RowsIn { get; init; }
    [Id(9)] public long RowsOut { get; init; }
    [Id(10)] public long LateRows { get; init; }
    [Id(11)] public long MalformedRecords { get; init; }

    /// <summary>Least watermark of the last stages (ms since 1970, UTC); null = none yet, or no bound any more because the input has ended.</summary>
    [Id(12)] public long? Watermark { get; init; }
    [Id(13)] public ImmutableArray<StageStatus> Stages { get; init; } = [];
    [Id(14)] public ImmutableArray<JobFault> Faults { get; init; } = [];
    [Id(15)] public ImmutableArray<CheckpointStatus> Checkpoints { get; init; } = [];
    [Id(16)] public ImmutableArray<RestartStatus> Restarts { get; init; } = [];
    [Id(17)] public string? Sql { get; init; }

    /// <summary>Those that were asked of this job, the last 50, oldest first.</summary>
    [Id(18)] public ImmutableArray<SavepointStatus> Savepoints { get; init; } = [];

    /// <summary>The savepoint that the job began from; null = from nothing.</summary>
    [Id(19)] public string? FromSavepoint { get; init; }

    /// <summary>Whether this state is final.</summary>
    public bool Ended => State is JobState.Stopped or JobState.Finished or JobState.Failed or JobState.Cancelled;
}

[GenerateSerializer, Immutable, Alias("stage-status")]
public sealed record StageStatus(
    [property: Id(0)] int Id, [property: Id(1)] string Name, [property: Id(2)] ImmutableArray<ShardStatus> Shards)
{
    public long RowsIn => Shards.Sum(s => s.RowsIn);

    public long RowsOut => Shards.Sum(s => s.RowsOut);

    /// <summary>Rows that this stage sent over exchanges.</summary>
    public long Crossed => Shards.Sum(s => s.Crossed);

    public long LateRows => Counted("late");

    public long MalformedRecords => Counted("malformed");

    private long Counted(string name) => Shards.Sum(s => s.Counters.GetValueOrDefault(name));
}

/// <summary>One shard: where it lives and what it has done.</summary>
/// <param name="Crossed">rows that this shard sent over exchanges.</param>
/// <param name="Counters">per operator counters, as <c>operator/name</c>.</param>
/// <param name="QuietSeconds">since it was last given rows.</param>
/// <param name="Checkpointing">why its part or its sinks' output cannot be stored just now; null = all well.</param>
[GenerateSerializer, Immutable, Alias("shard-status")]
public sealed record ShardStatus(
    [property: Id(0)] int Shard,
    [property: Id(1)] string Silo,
    [property: Id(2)] long RowsIn,
    [property: Id(3)] long RowsOut,
    [property: Id(4)] long Crossed,
    [property: Id(5)] long? Watermark,
    [property: Id(6)] string? BlockedBy,
    [property: Id(7)] bool Ended,
    [property: Id(8)] long StateBytes,
    [property: Id(9)] double CpuSeconds,
    [property: Id(10)] ImmutableSortedDictionary<string, long> Counters,
    [property: Id(11)] string? Checkpointing = null,
    [property: Id(12)] double QuietSeconds = 0);

/// <summary>A checkpoint that was taken, or tried.</summary>
/// <param name="DurationMs">from its beginning until its output was visible.</param>
/// <param name="Bytes">of all parts that it names; earlier checkpoints have stored most of them.</param>
/// <param name="Error">why it failed; null = it did not.</param>
/// <param name="PauseMs">the longest that one shard processed nothing because of it, though it had input at hand.</param>
[GenerateSerializer, Immutable, Alias("checkpoint-status")]
public sealed record CheckpointStatus(
    [property: Id(0)] long Epoch, [property: Id(1)] int Generation, [property: Id(2)] DateTimeOffset Started, [property: Id(3)] double DurationMs,
    [property: Id(4)] long Bytes, [property: Id(5)] bool Savepoint, [property: Id(6)] string? Error, [property: Id(7)] double PauseMs = 0);

[GenerateSerializer, Immutable, Alias("restart-status")]
public sealed record RestartStatus(
    [property: Id(0)] int Generation, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string Cause, [property: Id(3)] long FromEpoch, [property: Id(4)] bool AskedFor);
