using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A journal in memory that keeps every entry.</summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Dictionary<JobKey, (JournalHead Head, List<JournalEntry> Entries)> _jobs = [];

    public IReadOnlyList<JournalEntry> Entries(JobKey job) => _jobs.TryGetValue(job, out var j) ? [.. j.Entries] : [];

    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel) => new(_jobs.TryGetValue(job, out var j) ? j.Head : JournalHead.Empty(job));

    public ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        var (head, entries) = _jobs.TryGetValue(job, out var j) ? j : (JournalHead.Empty(job), []);
        if (head.Version != seen) return new(false);
        entries.Add(entry);
        _jobs[job] = (head.After(entry), entries);
        return new(true);
    }

    public ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel) =>
        new([.. _jobs.Values.Select(j => j.Head).Where(h => h.Desired?.State == DesiredState.Running)]);

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel) => new([.. _jobs.Keys]);
}

/// <summary>Parts in memory.</summary>
public sealed class MemoryParts : IPartStore
{
    private readonly ConcurrentDictionary<string, byte[]> _parts = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _parts.Keys.Order(StringComparer.Ordinal);

    public ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        _parts[name] = part.ToArray();
        return default;
    }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel) =>
        _parts.TryGetValue(name, out byte[]? part) ? new(part) : throw new FileNotFoundException($"no part '{name}'");

    public ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel) =>
        new([.. _parts.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);

    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        _parts.TryRemove(name, out _);
        return default;
    }
}
