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
}
