using OrleansStream.Engine.Checkpoints;
using OrleansStream.Grains.Runs;
using OrleansStream.TestKit;

namespace OrleansStream.Cluster.Tests;

public sealed class MemoryPlaceTableTests : PlaceTableContract
{
    private readonly MemoryPlaceTable _places = new();

    protected override IPlaceTable Open() => _places;
}
