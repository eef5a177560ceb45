using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Physical;

/// <summary>Each row with aggregates of the rows of its partition up to it, in an order that is no time: kept up to date as rows come between.</summary>
public sealed record PhysicalOverAnyOrder(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortColumn> OrderBy, OverFrame Frame, ImmutableArray<AggregateCall> Calls, long TtlMs, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the OVER aggregation";

    private bool Retracts => Input.Traits.ModifyKinds != ModifyKinds.Insert;

    public override string Identity =>
        $"over {Frame} {PhysicalTopN.Identify(Input, PartitionBy, OrderBy, 1, long.MaxValue)} {List(Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() => $"OverAggregate(partitionBy={Names(PartitionBy)}, orderBy={PhysicalTopN.Order(Input, OrderBy)}, window=[{Frame}], select={List(Calls)})";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0] == ModifyKinds.Insert ? ModifyKinds.Insert | ModifyKinds.Update : ModifyKinds.All;

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => asked;

    public override Distribution Requires(int port) => Distribution.Hash(PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => inputs[0].UpsertKeys;

    public override string? NotYet =>
        Calls.FirstOrDefault(c => c.Distinct || !EngineAggregates.Has(c)) is { } missing ? $"{missing} OVER an order that is no time"
        : Frame.Preceding != OverFrame.Unbounded ? "a bounded frame over an order that is no time" : null;

    public override OperatorSpec Spec() => new OverAnyOrderSpec(
        Schema, PartitionBy, OrderBy, Frame.Rows, Calls, Retracts, Traits.UpdateKind == UpdateKind.BeforeAndAfter, TtlMs, IEquiJoin.Routing(Input));
}
