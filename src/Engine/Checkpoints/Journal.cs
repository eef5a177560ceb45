using System.Collections.Immutable;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>A job's key in stores and grains: <c>tenant/job</c>.</summary>
public readonly record struct JobKey(string Tenant, string Job)
{
    public override string ToString() => $"{Tenant}/{Job}";

    public static JobKey Parse(string text)
    {
        int at = text.IndexOf('/', StringComparison.Ordinal);
        return at > 0 ? new JobKey(text[..at], text[(at + 1)..]) : throw new FormatException($"not tenant/job: '{text}'");
    }
}

public enum DesiredState : byte
{
    Running,

    /// <summary>Stop after a last checkpoint, keep the job.</summary>
    Stopped,

    /// <summary>The plan ended by itself, every row committed.</summary>
    Finished,

    /// <summary>Given up; a person decides.</summary>
    Failed,
    Cancelled,
}

/// <summary>An entry of a job's journal; each is written only by one who has read all before it.</summary>
public abstract record JournalEntry;

/// <summary>What should be the case from now on, and why.</summary>
public sealed record DesiredEntry(DesiredState State, string? Reason) : JournalEntry;

/// <summary>
/// Generation <paramref name="Generation"/> begins: from now on older ones can neither publish nor commit. <paramref name="Plan"/> is null when unchanged.
/// </summary>
/// <param name="RunSilo">silo that the run was started on.</param>
/// <param name="FromEpoch">epoch of the manifest it starts from; 0 = from nothing.</param>
public sealed record BeginEntry(int Generation, string? Plan, string RunSilo, long FromEpoch, string Cause, bool AskedFor) : JournalEntry;

/// <summary>Checkpoint <paramref name="Epoch"/> exists: its manifest.</summary>
public sealed record PublishEntry(int Generation, long Epoch, Manifest Manifest) : JournalEntry;

/// <summary>Parts that no retained manifest names may be deleted.</summary>
public sealed record DropEntry(int Generation, ImmutableArray<string> Parts) : JournalEntry;

/// <summary>What a reader of the whole journal knows: its version (= number of entries) and the last of each kind.</summary>
public sealed record JournalHead(
    JobKey Job, long Version, DesiredEntry? Desired, BeginEntry? Begin, PublishEntry? Publish, string? Plan)
{
    public static JournalHead Empty(JobKey job) => new(job, 0, null, null, null, null);

    /// <summary>The current generation; 0 before the first.</summary>
    public int Generation => Begin?.Generation ?? 0;

    /// <summary>The head after one more entry.</summary>
    public JournalHead After(JournalEntry entry) => entry switch
    {
        DesiredEntry d => this with { Version = Version + 1, Desired = d },
        BeginEntry b => this with { Version = Version + 1, Begin = b, Plan = b.Plan ?? Plan },
        PublishEntry p => this with { Version = Version + 1, Publish = p },
        _ => this with { Version = Version + 1 },
    };
}

/// <summary>One numbered sequence of entries a job: the only truth about what should run. Contract: <c>JournalContract</c> in the tests.</summary>
public interface IJournal
{
    ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel);

    /// <summary>Writes entry <paramref name="seen"/> + 1; false = somebody else wrote it (read again). After an exception the outcome is unknown: read again.</summary>
    ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel);

    /// <summary>Heads of all jobs whose desired state is Running, for reconciliation.</summary>
    ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel);

    /// <summary>Keys of all jobs.</summary>
    ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel);
}
