using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Runtime.Tests;

public class AccountTests
{
    [Fact]
    public void A_limit_names_the_largest_holders()
    {
        var job = new Account("job t/j") { Limit = 10 << 20 };
        var a = job.Open("shard 1/0");
        var b = job.Open("shard 1/1");
        a.Set(Holder.Tables, 6 << 20);
        b.Set(Holder.Frames, 3 << 20);
        b.Check();
        b.Set(Holder.Tables, 2 << 20);
        Assert.Equal(
            "OS5006: job t/j holds 11 MiB, more than 10 MiB: Tables of shard 1/0 6 MiB, Frames of shard 1/1 3 MiB, Tables of shard 1/1 2 MiB",
            Assert.Throws<MemoryLimitException>(b.Check).Message);
        a.Close();
        Assert.Equal(5 << 20, job.Bytes);
        b.Check();
    }

    [Fact]
    public void A_shard_whose_state_outgrows_its_limit_fails_the_job()
    {
        var rows = Schema.Of(("k", SqlType.BigInt), ("v", SqlType.BigInt));
        var joined = rows.Concat(rows);
        var plan = new PlanBuilder().Set("state.memory", 1 << 20);
        int left = plan.Source("left", rows).End();
        int right = plan.Source("right", rows).End();
        plan.Stage(1, (left, -1, rows, ExchangeKind.Hash, [0]), (right, -1, rows, ExchangeKind.Hash, [0]))
            .Node(new EquiJoinSpec(joined, [0], [0], false), out int join, ~0, ~1).Sink("out", joined, join).End();
        var cluster = new Cluster(null, 1, _ => new ShardState()) { IsFatal = e => e is MemoryLimitException };
        cluster.Memory.Tables["left"] = new MemoryTable([[.. Enumerable.Range(0, 100_000).Select(i => new object?[] { (long)i, 1L })]]);
        cluster.Memory.Tables["right"] = new MemoryTable([[[1L, 1L]]]);
        cluster.Submit(plan.Build());
        Assert.Equal(DesiredState.Failed, cluster.RunToEnd());
        Assert.Contains("Tables of shard 2/0", cluster.Head().Desired!.Reason, StringComparison.Ordinal);
    }
}
