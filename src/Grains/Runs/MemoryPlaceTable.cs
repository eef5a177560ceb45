using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Grains.Runs;

/// <summary>Places in the memory of a process that is alone: what it knew ends with those who lived in it.</summary>
public sealed class MemoryPlaceTable : IPlaceTable
{
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);

    public ValueTask<Place> EnterAsync(Place place, Place? instead, CancellationToken cancel)
    {
        if (instead is not null) _places.TryUpdate(place.Name, place, instead);
        return new(_places.GetOrAdd(place.Name, place));
    }

    public ValueTask<Place?> FindAsync(string name, CancellationToken cancel) => new(_places.GetValueOrDefault(name));

    public ValueTask LeaveAsync(Place place, CancellationToken cancel)
    {
        _places.TryRemove(new(place.Name, place));
        return default;
    }

    public ValueTask LeaveAllAsync(ImmutableArray<string> silos, CancellationToken cancel)
    {
        foreach (var entry in _places.Where(p => silos.Contains(p.Value.Silo))) _places.TryRemove(entry);
        return default;
    }
}
