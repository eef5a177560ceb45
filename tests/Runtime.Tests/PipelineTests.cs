using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Runtime.Tests;

public class PipelineTests
{
    private static readonly Schema Orders = Schema.Of(("id", SqlType.BigInt), ("user", SqlType.String), ("ts", SqlType.Timestamp(3)));

    public static TheoryData<int, int, int> Matrix()
    {
        var data = new TheoryData<int, int, int>();
        foreach (int batch in new[] { 1, 7, 2048 }) foreach (int shards in new[] { 1, 3 }) foreach (int silos in new[] { 1, 2 }) data.Add(batch, shards, silos);
        return data;
    }

    private static MemoryTable OrdersTable(int rows, int splits) => new([.. Enumerable.Range(0, splits).Select(s => Enumerable.Range(0, rows)
        .Select(i => new object?[] { (long)((i * splits) + s), $"user-{i % 97}", 1_700_000_000_000L + (i * 100) }).ToImmutableArray())]);

    [Theory, MemberData(nameof(Matrix))]
    public void Every_row_arrives_once_through_an_exchange(int batch, int shards, int silos)
    {
        var plan = new PlanBuilder().Set("batch-size", batch);
        int source = plan.Source("orders", Orders, rowtime: 2, parallelism: 2).End();
        plan.Stage(shards, (source, -1, Orders, ExchangeKind.Hash, [1])).Sink("out", Orders, ~0).End();
        var cluster = new Cluster(null, silos, _ => new ShardState());
        cluster.Memory.Tables["orders"] = OrdersTable(1000, 3);
        cluster.Submit(plan.Build());
        Assert.Equal(DesiredState.Finished, cluster.RunToEnd());
        Assert.Equal(
            cluster.Memory.Tables["orders"].Splits.SelectMany(s => s).Select(r => $"+I {r[0]},{r[1]},{r[2]}").Order(StringComparer.Ordinal),
            cluster.Memory.Targets["out"].Rows.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Matrix))]
    public void A_union_of_two_inputs_whose_ends_come_apart(int batch, int shards, int silos)
    {
        var plan = new PlanBuilder().Set("batch-size", batch);
        int left = plan.Source("short", Orders, rowtime: 2).End();
        int right = plan.Source("long", Orders, rowtime: 2, parallelism: 2).End();
        plan.Stage(shards, (left, -1, Orders, ExchangeKind.Hash, [1]), (right, -1, Orders, ExchangeKind.Hash, [1]))
            .Node(new UnionSpec(Orders), out int union, ~0, ~1).Sink("out", Orders, union).End();
        var states = new List<ShardState>();
        var cluster = new Cluster(null, silos, _ =>
        {
            states.Add(new ShardState());
            return states[^1];
        });
        cluster.Memory.Tables["short"] = OrdersTable(3, 1);
        cluster.Memory.Tables["long"] = OrdersTable(700, 2);
        cluster.Submit(plan.Build());
        Assert.Equal(DesiredState.Finished, cluster.RunToEnd());
        Assert.Equal(
            cluster.Memory.Tables.Values.SelectMany(t => t.Splits).SelectMany(s => s).Select(r => $"+I {r[0]},{r[1]},{r[2]}").Order(StringComparer.Ordinal),
            cluster.Memory.Targets["out"].Rows.Order(StringComparer.Ordinal));

        // A job that has ended holds nothing.
        cluster.Settle();
        Assert.NotEmpty(states);
        Assert.All(states, st => Assert.Equal(0, st.Bytes));
    }

    [Theory, MemberData(nameof(Matrix))]
    public void An_inner_join_behind_two_exchanges_whose_ends_come_apart(int batch, int shards, int silos)
    {
        var users = Schema.Of(("name", SqlType.String), ("city", SqlType.Int));
        var joined = Orders.Concat(users);
        var plan = new PlanBuilder().Set("batch-size", batch);
        int left = plan.Source("orders", Orders, rowtime: 2, parallelism: 2).End();
        int right = plan.Source("users", users).End();
        plan.Stage(shards, (left, -1, Orders, ExchangeKind.Hash, [1]), (right, -1, users, ExchangeKind.Hash, [0]))
            .Node(new EquiJoinSpec(joined, [1], [0], false), out int join, ~0, ~1).Sink("out", joined, join).End();
        var cluster = new Cluster(null, silos, _ => new ShardState());
        cluster.Memory.Tables["orders"] = OrdersTable(400, 2);

        // Every third user is missing, every fifth is there twice, one has no name.
        cluster.Memory.Tables["users"] = new MemoryTable([[.. Enumerable.Range(0, 97).Where(i => i % 3 != 0).SelectMany(i => Enumerable.Repeat(new object?[] { $"user-{i}", i * 10 }, i % 5 == 0 ? 2 : 1)), [null, 1]]]);
        cluster.Submit(plan.Build());
        Assert.Equal(DesiredState.Finished, cluster.RunToEnd());
        var expected = from o in cluster.Memory.Tables["orders"].Splits.SelectMany(s => s)
                       join u in cluster.Memory.Tables["users"].Splits[0] on o[1] equals u[0]
                       select $"+I {o[0]},{o[1]},{o[2]},{u[0]},{u[1]}";
        Assert.Equal(expected.Order(StringComparer.Ordinal), cluster.Memory.Targets["out"].Rows.Order(StringComparer.Ordinal));
    }
}
