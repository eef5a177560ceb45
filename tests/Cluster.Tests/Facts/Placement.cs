using Orleans.GrainDirectory;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Xunit;

namespace OrleansStream.Cluster.Tests.Facts;

public interface IPlaced : IGrainWithStringKey
{
    Task<SiloAddress> WhereAsync();
}

[GrainDirectory("runs")]
public sealed class PlacedGrain(ILocalSiloDetails silo) : Grain, IPlaced
{
    public Task<SiloAddress> WhereAsync() => Task.FromResult(silo.SiloAddress);
}

/// <summary>How a run puts each shard where it wants it, and where it is found again.</summary>
public sealed class Placement(TwoSilos silos) : IClassFixture<TwoSilos>
{
    [Fact]
    public async Task The_placement_hint_is_honoured()
    {
        for (int i = 0; i < 32; i++)
        {
            int caller = i & 1, wanted = (i >> 1) & 1;
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silos.Address(wanted));
            Assert.Equal(silos.Address(wanted), await silos.Grains(caller).GetGrain<IPlaced>($"hinted-{i}").WhereAsync());
        }
    }

    [Fact]
    public async Task A_hint_moves_no_activation()
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silos.Address(1));
        var first = await silos.Grains(0).GetGrain<IPlaced>("stays").WhereAsync();
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silos.Address(0));
        Assert.Equal(first, await silos.Grains(0).GetGrain<IPlaced>("stays").WhereAsync());
    }

    [Fact]
    public async Task A_grain_directory_of_our_own_is_asked()
    {
        var grain = silos.Grains(0).GetGrain<IPlaced>("registered");
        var where = await grain.WhereAsync();
        var entry = await silos.Runs.Lookup(grain.GetGrainId());
        Assert.Equal(where, entry?.SiloAddress);
    }
}
