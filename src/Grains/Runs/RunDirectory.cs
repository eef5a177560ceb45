using Orleans.GrainDirectory;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Grains.Silos;

namespace OrleansStream.Grains.Runs;

/// <summary>
/// Where runs and shards live. Orleans' default directory keeps each entry on the silo that owns its range, and when that silo leaves it deactivates healthy activations;
/// this one keeps them in a table that belongs to no silo. Two entries for one grain cannot be.
/// </summary>
public sealed class RunDirectory(IPlaceTable places) : IGrainDirectory
{
    /// <summary>Name by which grains choose it.</summary>
    public const string Name = "runs";

    public Task<GrainAddress?> Register(GrainAddress address) => Register(address, null);

    public async Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) =>
        AddressOf(address.GrainId, await places.EnterAsync(PlaceOf(address), previousAddress is null ? null : PlaceOf(previousAddress), CancellationToken.None));

    public Task Unregister(GrainAddress address) => places.LeaveAsync(PlaceOf(address), CancellationToken.None).AsTask();

    public async Task<GrainAddress?> Lookup(GrainId grainId) => await places.FindAsync(grainId.ToString(), CancellationToken.None) is { } place ? AddressOf(grainId, place) : null;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => places.LeaveAllAsync([.. siloAddresses.Select(Agents.NameOf)], CancellationToken.None).AsTask();

    private static Place PlaceOf(GrainAddress address) => new(address.GrainId.ToString(), Agents.NameOf(address.SiloAddress!), address.ActivationId.ToParsableString());

    private static GrainAddress AddressOf(GrainId grain, Place place) =>
        new() { GrainId = grain, SiloAddress = Agents.AddressOf(place.Silo), ActivationId = ActivationId.FromParsableString(place.Instance) };
}
