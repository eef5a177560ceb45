using System.Collections.Concurrent;
using Orleans.GrainDirectory;

namespace OrleansStream.Grains;

/// <summary>
/// Where runs and shards live, in the memory of a process that is alone. Orleans' default directory deactivates healthy activations when the silo
/// that owns their range leaves; this one never does. Two entries for one grain cannot be: the first registration stands.
/// </summary>
public sealed class RunDirectory : IGrainDirectory
{
    /// <summary>Name by which grains choose it.</summary>
    public const string Name = "runs";

    private readonly ConcurrentDictionary<GrainId, GrainAddress> _entries = new();

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(_entries.GetOrAdd(address.GrainId, address));

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress)
    {
        // Only the entry that the caller saw is replaced.
        if (previousAddress is not null && _entries.TryGetValue(address.GrainId, out var held) && Same(held, previousAddress))
            _entries.TryUpdate(address.GrainId, address, held);
        return Register(address);
    }

    public Task Unregister(GrainAddress address)
    {
        if (_entries.TryGetValue(address.GrainId, out var held) && Same(held, address)) _entries.TryRemove(new(address.GrainId, held));
        return Task.CompletedTask;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(_entries.GetValueOrDefault(grainId));

    public Task UnregisterSilos(List<SiloAddress> siloAddresses)
    {
        var gone = siloAddresses.ToHashSet();
        foreach (var entry in _entries.Where(e => e.Value.SiloAddress is { } silo && gone.Contains(silo))) _entries.TryRemove(entry);
        return Task.CompletedTask;
    }

    private static bool Same(GrainAddress a, GrainAddress b) => a.ActivationId == b.ActivationId && Equals(a.SiloAddress, b.SiloAddress);
}
