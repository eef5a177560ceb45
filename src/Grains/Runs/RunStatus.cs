using System.Collections.Immutable;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Silos;
using JobState = OrleansStream.Contracts.JobState;

namespace OrleansStream.Grains.Runs;

/// <summary>A run in the operators' words.</summary>
internal static class RunStatus
{
    /// <summary>Seconds without rows on any shard after which a job is idle.</summary>
    private const double Quiet = 5;

    /// <param name="rows">of all shards that answered.</param>
    public static JobStatus Describe(Run run, ImmutableArray<ShardRow> rows, DateTimeOffset since)
    {
        var stages = run.Plan?.Stages ?? [];
        var shards = rows.ToLookup(r => r.Stage, r => r.Status);
        var (state, why) = State(run, rows);
        return new JobStatus
        {
            Id = run.Job.Job,
            Tenant = run.Job.Tenant,
            Name = run.Job.Job,
            State = state,
            Why = why,
            Since = since,
            Generation = run.Generation,
            Epoch = run.PublishedEpoch,
            RowsIn = stages.Where(s => s.Inputs.Any(i => i is SourceInput)).Sum(s => shards[s.Id].Sum(r => r.RowsIn)),
            RowsOut = stages.Where(s => s.Nodes.Any(n => n.Spec is SinkSpec)).Sum(s => shards[s.Id].Sum(r => r.RowsOut)),
            LateRows = rows.Sum(r => r.Status.Counters.GetValueOrDefault("late")),
            MalformedRecords = rows.Sum(r => r.Status.Counters.GetValueOrDefault("malformed")),
            Watermark = Watermark(stages, shards),
            Stages = [.. stages.Select(s => new StageStatus(s.Id, s.Name, [.. shards[s.Id]]))],
            Faults = [.. run.History.Faults],
            Checkpoints = run.History.Checkpoints,
        };
    }

    private static long? Watermark(ImmutableArray<StagePlan> stages, ILookup<int, ShardStatus> shards)
    {
        var last = stages.Where(s => s.Nodes.Any(n => n.Spec is SinkSpec)).SelectMany(s => shards[s.Id]).Select(s => s.Watermark).ToArray();
        return last.Length == 0 || last.Any(w => w is null) ? null : last.Min();
    }

    private static (JobState State, string? Why) State(Run run, ImmutableArray<ShardRow> rows) => run.Phase switch
    {
        JobPhase.Over when run.History.Final is null => (JobState.Restarting, Restarting(run)),
        JobPhase.Over => (Final(run.History.Final), run.History.Faults.FirstOrDefault()?.Message),
        JobPhase.Stopping => (JobState.Stopping, "a last checkpoint is being taken"),
        JobPhase.Ending or JobPhase.Writing when run.History.Faults.Count > 0 => (JobState.Restarting, Restarting(run)),
        JobPhase.Ending or JobPhase.Writing => (JobState.Stopping, null),
        JobPhase.Running when run.History.Trouble is { } trouble => (JobState.CheckpointingFailing, trouble),
        JobPhase.Running when rows.FirstOrDefault(r => r.Status.Checkpointing is not null) is { } failing =>
            (JobState.CheckpointingFailing, $"stage {failing.Stage}, shard {failing.Status.Shard}: {failing.Status.Checkpointing}"),
        JobPhase.Running when rows.FirstOrDefault(r => ShardWait.IsOutside(r.Status.BlockedBy, null)) is { } blocked =>
            (JobState.Lagging, $"stage {blocked.Stage}, shard {blocked.Status.Shard}: {blocked.Status.BlockedBy}"),
        JobPhase.Running when !rows.IsEmpty && rows.All(r => r.Status.QuietSeconds >= Quiet) => (JobState.Idle, null),
        JobPhase.Running => (JobState.Running, null),
        _ when run.Generation > 1 => (JobState.Restarting, Restarting(run)),
        _ => (JobState.Starting, null),
    };

    // First the cause that is nearest: of this generation's end, else of the one before.
    private static string Restarting(Run run)
    {
        string why = run.History.Faults.FirstOrDefault()?.Message ?? run.Cause;
        return run.PublishedEpoch > 0 ? $"{why} (goes on from epoch {run.PublishedEpoch})" : $"{why} (begins anew: there is no checkpoint yet)";
    }

    public static JobState Final(DesiredState? desired) => desired switch
    {
        DesiredState.Finished => JobState.Finished,
        DesiredState.Failed => JobState.Failed,
        DesiredState.Cancelled => JobState.Cancelled,
        DesiredState.Stopped => JobState.Stopped,
        _ => JobState.Restarting,
    };
}
