using System.Collections.Immutable;

namespace OrleansStream.Contracts;

/// <summary>A job to run.</summary>
/// <param name="Name">for people; need not be unique.</param>
/// <param name="Sql">the script it came from.</param>
/// <param name="Plan">the plan as JSON.</param>
/// <param name="Settings">SET options and per-job options of the request.</param>
/// <param name="Collect">whether the plan ends in a <c>collect</c> sink, read through <see cref="IResultGrain"/>: no checkpoints, nothing is repeated.</param>
/// <param name="FromSavepoint">id of the savepoint to begin from; null = from nothing.</param>
/// <param name="DropState">state of the savepoint that the plan has no place for may be left behind.</param>
[GenerateSerializer, Immutable, Alias("job-submission")]
public sealed record JobSubmission(
    [property: Id(0)] string Name, [property: Id(1)] string Sql, [property: Id(2)] string Plan, [property: Id(3)] ImmutableSortedDictionary<string, string> Settings,
    [property: Id(4)] bool Collect, [property: Id(5)] string? FromSavepoint = null, [property: Id(6)] bool DropState = false);

[GenerateSerializer]
public enum StopKind
{
    /// <summary>Checkpoint, commit, then stop; the state is kept.</summary>
    Checkpointed,

    /// <summary>As above, with a savepoint in a folder of its own.</summary>
    Savepoint,

    /// <summary>At once; uncommitted rows are given up.</summary>
    Cancel,
}

/// <summary>The front door of a job. Key: <c>tenant/job</c>. Holds nothing that a run needs.</summary>
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Writes the job's first journal entries and starts its run. Repeating it with the same submission is a success.</summary>
    /// <exception cref="SavepointRefusedException">it cannot begin from the savepoint that it names; nothing was written.</exception>
    Task SubmitAsync(JobSubmission submission);

    /// <summary>Asks the run for at most a second, else shows the journal. Null = no such job.</summary>
    Task<JobStatus?> StatusAsync();

    /// <summary>Returns once the stop is journalled; watch the status for the end. Null = no such job.</summary>
    Task<JobStatus?> StopAsync(StopKind kind);

    /// <summary>Asks for a savepoint: of the next checkpoint while the job runs, of its last one when it has ended. Null = no such job.</summary>
    /// <exception cref="SavepointRefusedException">the job keeps no state.</exception>
    Task<SavepointStatus?> SavepointAsync();
}
