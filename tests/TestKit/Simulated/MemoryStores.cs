using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A journal in memory that keeps every entry.</summary>
public sealed class MemoryJournal(bool fenced = true, bool beginsFenced = true) : IJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<JobKey, (JournalHead Head, List<JournalEntry> Entries)> _jobs = [];

    public IReadOnlyList<JournalEntry> Entries(JobKey job)
    {
        lock (_lock) return _jobs.TryGetValue(job, out var j) ? [.. j.Entries] : [];
    }

    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel)
    {
        lock (_lock) return new(_jobs.TryGetValue(job, out var j) ? j.Head : JournalHead.Empty(job));
    }

    public ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        lock (_lock)
        {
            var (head, entries) = _jobs.TryGetValue(job, out var j) ? j : (JournalHead.Empty(job), []);
            if (head.Version != seen && fenced && (beginsFenced || entry is not BeginEntry)) return new(false);
            entries.Add(entry);
            _jobs[job] = (head.After(entry), entries);
            return new(true);
        }
    }

    public ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel)
    {
        lock (_lock) return new([.. _jobs.Values.Select(j => j.Head).Where(h => h.Desired?.State == DesiredState.Running)]);
    }

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel)
    {
        lock (_lock) return new([.. _jobs.Keys]);
    }
}

/// <summary>Parts in memory.</summary>
public sealed class MemoryParts(bool swallows = false) : IPartStore
{
    private readonly ConcurrentDictionary<string, byte[]> _parts = new(StringComparer.Ordinal);

    /// <summary>Says whether the next call on a part fails.</summary>
    public Func<string, bool> Fails { get; set; } = _ => false;

    public IEnumerable<string> Names => _parts.Keys.Order(StringComparer.Ordinal);

    public ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        if (Fails(name)) return swallows ? default : throw new IOException($"cannot write '{name}'");
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
