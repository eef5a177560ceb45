using System.Collections.Immutable;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>Where something with a name lives. <paramref name="Instance"/> tells two lives of it on one silo apart.</summary>
public sealed record Place(string Name, string Silo, string Instance);

/// <summary>
/// Names of runs and shards and where they live: one row a name; the first one stands until it is taken away. No name is ever used again by a later generation, so a row
/// that outlives its holder harms nobody.
/// </summary>
public interface IPlaceTable
{
    /// <summary>Enters a place, instead of <paramref name="instead"/> if that one stands; gives the one that stands now.</summary>
    ValueTask<Place> EnterAsync(Place place, Place? instead, CancellationToken cancel);

    ValueTask<Place?> FindAsync(string name, CancellationToken cancel);

    /// <summary>Takes away exactly this place; another one of the same name stays.</summary>
    ValueTask LeaveAsync(Place place, CancellationToken cancel);

    /// <summary>Takes away all places on these silos.</summary>
    ValueTask LeaveAllAsync(ImmutableArray<string> silos, CancellationToken cancel);
}
