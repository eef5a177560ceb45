using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.TestKit.Simulated;

/// <summary>What a simulated cluster keeps its journal and parts in; each silo sees it through its own eyes.</summary>
public abstract class Stores
{
    public abstract IJournal JournalOf(Silo silo);

    public abstract IPartStore PartsOf(Silo silo);

    /// <summary>As it is, seen from outside. Called after every step.</summary>
    public abstract JournalHead Head(JobKey job);

    /// <summary>All entries, in order.</summary>
    public abstract IReadOnlyList<JournalEntry> Entries(JobKey job);

    public abstract IEnumerable<string> Parts { get; }
}

/// <summary>In memory, without faults of its own.</summary>
public sealed class MemoryStores : Stores
{
    private readonly MemoryJournal _journal = new();
    private readonly MemoryParts _parts = new();

    public override IEnumerable<string> Parts => _parts.Names;

    public override IJournal JournalOf(Silo silo) => _journal;

    public override IPartStore PartsOf(Silo silo) => _parts;

    public override JournalHead Head(JobKey job) => Cluster.Now(_journal.ReadAsync(job, default));

    public override IReadOnlyList<JournalEntry> Entries(JobKey job) => _journal.Entries(job);
}

/// <summary>A journal with a planted mistake: what has been read does not matter for Begin.</summary>
internal sealed class UnfencedJournal(IJournal journal) : IJournal
{
    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel) => journal.ReadAsync(job, cancel);

    public async ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        if (await journal.TryAppendAsync(job, seen, entry, cancel)) return true;
        if (entry is not BeginEntry) return false;
        return await journal.TryAppendAsync(job, (await journal.ReadAsync(job, cancel)).Version, entry, cancel);
    }

    public ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel) => journal.ReadRunningAsync(cancel);

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel) => journal.ListAsync(cancel);
}

/// <summary>Parts with a planted mistake: what cannot be stored is said to be.</summary>
internal sealed class SwallowingParts(IPartStore parts) : IPartStore
{
    public async ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        try
        {
            await parts.PutAsync(name, part, cancel);
        }
        catch (IOException)
        {
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel) => parts.GetAsync(name, cancel);

    public ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel) => parts.ListAsync(prefix, cancel);

    public ValueTask DeleteAsync(string name, CancellationToken cancel) => parts.DeleteAsync(name, cancel);
}
