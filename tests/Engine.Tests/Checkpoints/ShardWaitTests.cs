using OrleansStream.Engine.Checkpoints;
using Xunit;

namespace OrleansStream.Engine.Tests.Checkpoints;

public class ShardWaitTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("exchange to s1", null, false)]
    [InlineData("sink orders", null, true)]
    [InlineData("lookup users", null, true)]
    [InlineData(null, "no space left on device", true)]
    [InlineData("exchange to s1", "no space left on device", true)]
    public void What_is_outside_the_job_would_keep_another_generation_too(string? blockedBy, string? checkpointing, bool outside)
    {
        Assert.Equal(outside, ShardWait.IsOutside(blockedBy, checkpointing));
        Assert.Equal(outside, ShardWait.Excuses([(null, null), (blockedBy, checkpointing)]));
    }

    [Fact]
    public void A_shard_that_does_not_answer_is_no_excuse() => Assert.False(ShardWait.Excuses([]));
}
