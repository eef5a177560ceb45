using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Pages are counted in the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class AloneCollection;

[Collection("alone")]
public class LeakTests
{
    [Fact]
    public void A_disposed_shard_holds_no_page()
    {
        Assert.Equal(0, ShardState.LivePages);
        using (var state = new ShardState())
        {
            var values = state.Of("a").Value(ValueTableTests.Spec(Keys.SchemaOf("STRING")));
            var panes = state.Of("b").Panes(ValueTableTests.Spec(Keys.SchemaOf("STRING")));
            var keys = new Keys(values.Spec.Key, new Random(1), 5000).Batch(2000);
            var hashes = Keys.Hashes(keys);
            foreach (var table in new[] { values, panes[0], panes[1] })
                table.Resolve(keys, [0], Keys.All(2000), hashes, Access.Write, new nint[2000], new ulong[32]);
            state.Cut(1);
            panes.Drop(1);
            values.Resolve(keys, [0], Keys.All(2000), hashes, Access.Write, new nint[2000], new ulong[32]);
            Assert.True(ShardState.LivePages > 3);
        }

        Assert.Equal(0, ShardState.LivePages);
    }
}
