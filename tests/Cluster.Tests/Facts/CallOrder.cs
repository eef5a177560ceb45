using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Xunit;

namespace OrleansStream.Cluster.Tests.Facts;

public interface IOrderReceiver : IGrainWithStringKey
{
    Task TakeAsync(int sequence);

    /// <summary>How many calls were overtaken by a later one.</summary>
    Task<int> OvertakenAsync();
}

[RandomPlacement]
public sealed class OrderReceiverGrain : Grain, IOrderReceiver
{
    private int _highest = -1;
    private int _overtaken;

    public Task TakeAsync(int sequence)
    {
        if (sequence < _highest) _overtaken++;
        _highest = Math.Max(_highest, sequence);
        return Task.CompletedTask;
    }

    public Task<int> OvertakenAsync() => Task.FromResult(_overtaken);
}

/// <summary>Why a link has one frame in flight.</summary>
public sealed class CallOrder(TwoSilos silos) : IClassFixture<TwoSilos>
{
    private const int Calls = 5_000;

    [Fact]
    public async Task One_call_in_flight_keeps_order()
    {
        var receiver = await RemoteAsync("one");
        for (int i = 0; i < Calls; i++) await receiver.TakeAsync(i);
        Assert.Equal(0, await receiver.OvertakenAsync());
    }

    [Fact]
    public async Task Several_calls_in_flight_do_not_keep_order()
    {
        var receiver = await RemoteAsync("several");
        int overtaken = 0;
        for (int round = 0; round < 20 && overtaken == 0; round++)
        {
            int start = round * Calls;
            await Task.WhenAll(Enumerable.Range(start, Calls).Select(receiver.TakeAsync));
            overtaken = await receiver.OvertakenAsync();
        }

        Assert.True(overtaken > 0, "no call was overtaken");
    }

    private async Task<IOrderReceiver> RemoteAsync(string key)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silos.Address(1));
        var receiver = silos.Grains(0).GetGrain<IOrderReceiver>(key);
        await receiver.OvertakenAsync();
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        return receiver;
    }
}
