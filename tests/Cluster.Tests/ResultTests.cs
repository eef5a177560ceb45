using OrleansStream.Contracts;
using OrleansStream.Grains;
using Xunit;

namespace OrleansStream.Cluster.Tests;

public sealed class ResultTests : IAsyncLifetime
{
    private LocalSilo _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await LocalSilo.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Pages_are_repeated_until_the_next_token_frees_them()
    {
        var result = _silo.Grains.GetGrain<IResultGrain>("t/pages");
        Assert.True(await result.OfferAsync(0, 0, [1]));
        Assert.True(await result.OfferAsync(1, 0, [2]));
        Assert.True(await result.OfferAsync(0, 0, [1]));
        var first = await result.FetchAsync(0);
        var again = await result.FetchAsync(0);
        Assert.Equal([1, 2], first.Batches.SelectMany(b => b));
        Assert.Equal([1, 2], again.Batches.SelectMany(b => b));
        Assert.Equal(first.Token, again.Token);

        Assert.True(await result.OfferAsync(0, 1, [3]));
        var next = await result.FetchAsync(first.Token);
        Assert.Equal([3], next.Batches.SelectMany(b => b));
        Assert.False(next.Ended);

        await result.CompleteAsync(null);
        var last = await result.FetchAsync(next.Token);
        Assert.True(last.Ended);
        Assert.Empty(last.Batches);
    }

    [Fact]
    public async Task A_full_buffer_refuses_until_pages_are_freed()
    {
        var result = _silo.Grains.GetGrain<IResultGrain>("t/full");
        byte[] half = new byte[(ResultGrain.Capacity / 2) + 1];
        Assert.True(await result.OfferAsync(0, 0, half));
        Assert.False(await result.OfferAsync(0, 1, half));
        var page = await result.FetchAsync(0);
        Assert.False(await result.OfferAsync(0, 1, half));
        await result.FetchAsync(page.Token);
        Assert.True(await result.OfferAsync(0, 1, half));
    }

    [Fact]
    public async Task A_batch_that_was_skipped_is_refused()
    {
        var result = _silo.Grains.GetGrain<IResultGrain>("t/gap");
        await Assert.ThrowsAsync<InvalidOperationException>(() => result.OfferAsync(0, 1, [1]));
    }

    [Fact]
    public async Task A_waiting_reader_gets_the_first_page_at_once()
    {
        var result = _silo.Grains.GetGrain<IResultGrain>("t/wait");
        var fetch = result.FetchAsync(0);
        await result.OfferAsync(0, 0, [7]);
        Assert.Equal([7], (await fetch).Batches.SelectMany(b => b));
    }

    [Fact]
    public async Task A_fault_comes_after_the_rows()
    {
        var result = _silo.Grains.GetGrain<IResultGrain>("t/fault");
        await result.OfferAsync(0, 0, [1]);
        await result.CompleteAsync(new JobFault("OS5000", "broken", null, DateTimeOffset.UnixEpoch));
        var page = await result.FetchAsync(0);
        Assert.True(page.Ended);
        Assert.Single(page.Batches);
        Assert.Equal("broken", page.Fault?.Message);
    }
}
