using System.Collections.Immutable;

namespace OrleansStream.Contracts;

[GenerateSerializer]
public enum SavepointState
{
    /// <summary>Asked for; the job has not stored it yet.</summary>
    Pending,
    Completed,

    /// <summary>It will not be: <see cref="SavepointStatus.Error"/> says why.</summary>
    Failed,
}

/// <summary>A savepoint: a checkpoint that belongs to no job, from which jobs may begin, and which only a person deletes.</summary>
/// <param name="Id">within its tenant: <c>&lt;job&gt;-&lt;n&gt;</c>.</param>
/// <param name="Job">id of the job that it is of.</param>
/// <param name="Epoch">0 while it is pending.</param>
/// <param name="Bytes">of its parts.</param>
/// <param name="At">when it was taken; while pending, when it was asked for.</param>
[GenerateSerializer, Immutable, Alias("savepoint-status")]
public sealed record SavepointStatus(
    [property: Id(0)] string Id, [property: Id(1)] string Job, [property: Id(2)] SavepointState State, [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] long Epoch = 0, [property: Id(5)] long Bytes = 0, [property: Id(6)] string? Error = null);

/// <summary>Why something about a savepoint is refused.</summary>
[GenerateSerializer]
public enum SavepointRefusal
{
    /// <summary>There is none of that id.</summary>
    Unknown,

    /// <summary>The plan cannot go on from it.</summary>
    Misfit,

    /// <summary>A job that began from it has taken no checkpoint of its own yet.</summary>
    InUse,

    /// <summary>The job keeps no state: a SELECT.</summary>
    NoState,

    /// <summary>It cannot be read.</summary>
    Damaged,
}

/// <summary>A wish about a savepoint is refused; the message says why and what to do.</summary>
[GenerateSerializer, Alias("savepoint-refused")]
public sealed class SavepointRefusedException(SavepointRefusal why, string message) : Exception(message)
{
    [Id(0)] public SavepointRefusal Why { get; } = why;
}

/// <summary>The savepoints of a tenant. Key: the tenant.</summary>
public interface ISavepointsGrain : IGrainWithStringKey
{
    /// <summary>Those that exist, newest first.</summary>
    Task<ImmutableArray<SavepointStatus>> ListAsync();

    /// <summary>Null = it does not exist (yet).</summary>
    Task<SavepointStatus?> FindAsync(string id);

    /// <summary>Deletes one for good. False = there is none.</summary>
    /// <exception cref="SavepointRefusedException">a job still needs it.</exception>
    Task<bool> DeleteAsync(string id);
}
