using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Cluster.Tests;

/// <summary>A journal that several silos of this process share.</summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<JobKey, ImmutableList<JournalEntry>> _jobs = [];

    public ImmutableList<JournalEntry> Entries(JobKey job)
    {
        lock (_lock) return _jobs.GetValueOrDefault(job, []);
    }

    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel) => new(Entries(job).Aggregate(JournalHead.Empty(job), (head, entry) => head.After(entry)));

    public ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        lock (_lock)
        {
            var entries = _jobs.GetValueOrDefault(job, []);
            if (entries.Count != seen) return new(false);
            _jobs[job] = entries.Add(entry);
            return new(true);
        }
    }

    public async ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel)
    {
        var heads = ImmutableArray.CreateBuilder<JournalHead>();
        foreach (var job in await ListAsync(cancel))
            if (await ReadAsync(job, cancel) is { Desired.State: DesiredState.Running } head) heads.Add(head);
        return heads.ToImmutable();
    }

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel)
    {
        lock (_lock) return new([.. _jobs.Keys]);
    }
}

/// <summary>Parts in memory.</summary>
public sealed class MemoryParts : IPartStore
{
    private readonly ConcurrentDictionary<string, byte[]> _parts = new();

    public ValueTask PutAsync(string name, ReadOnlySequence<byte> part, CancellationToken cancel)
    {
        _parts[name] = part.ToArray();
        return default;
    }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel) =>
        _parts.TryGetValue(name, out byte[]? part) ? new(part) : throw new FileNotFoundException($"no part {name}");

    public ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel) =>
        new([.. _parts.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);

    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        _parts.TryRemove(name, out _);
        return default;
    }
}
