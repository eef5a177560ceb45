using OrleansStream.Contracts;
using Xunit;

namespace OrleansStream.Cluster.Tests;

public sealed class CompositionTests
{
    [Fact]
    public async Task Grain_state_outlives_the_process()
    {
        string folder = Directory.CreateTempSubdirectory("ostream-").FullName;
        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            var catalog = silo.Grains.GetGrain<ICatalogGrain>("acme");
            await catalog.AddJobAsync(new JobRow("acme/1", "first", DateTimeOffset.UnixEpoch));
            await catalog.AddJobAsync(new JobRow("acme/2", "second", DateTimeOffset.UnixEpoch));
            await silo.Grains.GetGrain<ICatalogGrain>("other").AddJobAsync(new JobRow("other/1", "theirs", DateTimeOffset.UnixEpoch));
            await catalog.RemoveJobAsync("acme/1");
        }

        await using (var silo = await LocalSilo.StartAsync(folder))
        {
            Assert.Equal("second", Assert.Single(await silo.Grains.GetGrain<ICatalogGrain>("acme").JobsAsync()).Name);
            Assert.Equal("theirs", Assert.Single(await silo.Grains.GetGrain<ICatalogGrain>("other").JobsAsync()).Name);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Many_grains_write_at_once()
    {
        await using var silo = await LocalSilo.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async tenant =>
        {
            var catalog = silo.Grains.GetGrain<ICatalogGrain>($"t{tenant}");
            for (int job = 0; job < 10; job++) await catalog.AddJobAsync(new JobRow($"t{tenant}/{job}", "job", DateTimeOffset.UnixEpoch));
            Assert.Equal(10, (await catalog.JobsAsync()).Length);
        }));
    }

    [Fact]
    public async Task Two_silos_in_folders_of_their_own_do_not_meet()
    {
        await using var one = await LocalSilo.StartAsync();
        await using var two = await LocalSilo.StartAsync();
        await one.Grains.GetGrain<ICatalogGrain>("acme").AddJobAsync(new JobRow("acme/1", "first", DateTimeOffset.UnixEpoch));
        Assert.Empty(await two.Grains.GetGrain<ICatalogGrain>("acme").JobsAsync());
    }

    [Fact]
    public async Task A_state_folder_has_one_process()
    {
        await using var one = await LocalSilo.StartAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => LocalSilo.StartAsync(one.Folder));
        Assert.Equal($"The state folder {one.Folder} is in use by another process.", refused.Message);
    }
}
