using OrleansStream.Engine.Checkpoints;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every table of places promises. A store's tests derive from it.</summary>
public abstract class PlaceTableContract
{
    private static readonly Place One = new("t/j/1/0/0", "silo-a", "1"), Other = One with { Silo = "silo-b" }, Again = One with { Instance = "2" };

    /// <summary>A table over the place under test, as another process would open it.</summary>
    protected abstract IPlaceTable Open();

    [Fact]
    public async Task The_first_to_enter_stands()
    {
        Assert.Null(await Open().FindAsync(One.Name, default));
        Assert.Equal(One, await Open().EnterAsync(One, null, default));
        Assert.Equal(One, await Open().EnterAsync(Other, null, default));
        Assert.Equal(One, await Open().EnterAsync(One, null, default));
        Assert.Equal(One, await Open().FindAsync(One.Name, default));
    }

    [Fact]
    public async Task Another_takes_its_place_only_if_it_knows_who_stands()
    {
        await Open().EnterAsync(One, null, default);
        Assert.Equal(One, await Open().EnterAsync(Other, Again, default));
        Assert.Equal(Other, await Open().EnterAsync(Other, One, default));
        Assert.Equal(Other, await Open().EnterAsync(One, One, default));
        Assert.Equal(Other, await Open().FindAsync(One.Name, default));

        // Instead of somebody who is gone: the place is free.
        await Open().LeaveAsync(Other, default);
        Assert.Equal(One, await Open().EnterAsync(One, Other, default));
    }

    [Fact]
    public async Task Only_whoever_stands_leaves()
    {
        await Open().EnterAsync(One, null, default);
        await Open().LeaveAsync(Other, default);
        await Open().LeaveAsync(Again, default);
        Assert.Equal(One, await Open().FindAsync(One.Name, default));
        await Open().LeaveAsync(One, default);
        Assert.Null(await Open().FindAsync(One.Name, default));
        await Open().LeaveAsync(One, default);
        Assert.Equal(Other, await Open().EnterAsync(Other, null, default));
    }

    [Fact]
    public async Task A_dead_silo_leaves_with_all_its_places()
    {
        foreach (string name in new[] { "a", "b", "c" }) await Open().EnterAsync(new Place(name, name == "c" ? "silo-b" : "silo-a", "1"), null, default);
        await Open().LeaveAllAsync(["silo-a", "silo-x"], default);
        Assert.Null(await Open().FindAsync("a", default));
        Assert.Null(await Open().FindAsync("b", default));
        Assert.Equal("silo-b", (await Open().FindAsync("c", default))!.Silo);
        await Open().LeaveAllAsync([], default);
        Assert.NotNull(await Open().FindAsync("c", default));
    }

    [Fact]
    public async Task Of_many_who_enter_one_name_all_see_the_same_one()
    {
        for (int round = 0; round < 5; round++)
        {
            string name = $"t/j/{round}";
            var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await Open().EnterAsync(new Place(name, $"silo-{i}", "1"), null, default))));
            var stands = Assert.Single(seen.Distinct());
            Assert.Equal(stands, await Open().FindAsync(name, default));
        }
    }

    [Fact]
    public async Task Of_many_who_would_take_a_place_one_does()
    {
        await Open().EnterAsync(One, null, default);
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await Open().EnterAsync(One with { Silo = $"silo-{i}", Instance = "9" }, One, default))));
        Assert.Equal(await Open().FindAsync(One.Name, default), Assert.Single(seen.Distinct()));
        Assert.NotEqual(One, seen[0]);
    }

    [Theory]
    [InlineData("a'; DROP TABLE x; --")]
    [InlineData("ä/%/_")]
    [InlineData("A")]
    public async Task Names_are_only_names(string name)
    {
        await Open().EnterAsync(new Place(name, "s", "1"), null, default);
        await Open().EnterAsync(new Place("a", "s", "1"), null, default);
        Assert.Equal(name, (await Open().FindAsync(name, default))!.Name);
        await Open().LeaveAsync(new Place(name, "s", "1"), default);
        Assert.NotNull(await Open().FindAsync("a", default));
    }
}
