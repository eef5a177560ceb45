using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Physical;

/// <summary>Each row with aggregates of the rows of its partition up to it, in the order of a time attribute.</summary>
/// <param name="Time">the column of event time, or of processing time where the frame is a range of it; −1: rows are as they arrive.</param>
/// <param name="Arrival">by processing time.</param>
public sealed record PhysicalOver(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, int Time, bool Arrival, OverFrame Frame, ImmutableArray<AggregateCall> Calls, long TtlMs, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the OVER aggregation";

    public override string Identity =>
        $"over {(Arrival ? "proctime" : "rowtime")} {Frame} {List(PartitionBy.Select(k => Input.Columns[k].Type))} {List(Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() => $"OverAggregate(partitionBy={Names(PartitionBy)}, orderBy=[{(Arrival ? "PROCTIME" : Input.Columns[Time].Name)}], window=[{Frame}], select={List(Calls)})";

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override string? NotYet =>
        Calls.FirstOrDefault(c => !EngineAggregates.Has(c)) is { } missing ? $"{missing} OVER"
        : Frame.Preceding != OverFrame.Unbounded && Calls.FirstOrDefault(c => !EngineAggregates.Retracts(c)) is { } keeps ? $"{keeps.Function} OVER a frame with a bound" : null;

    public override OperatorSpec Spec() => new OverAggregateSpec(Schema, PartitionBy, Time, Arrival, Frame.Rows, Frame.Preceding, Calls, TtlMs, IEquiJoin.Routing(Input));
}
