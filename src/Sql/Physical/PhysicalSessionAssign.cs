using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Each row with the bounds of its session, once that has ended.</summary>
public sealed record PhysicalSessionAssign(PhysicalNode Input, WindowFunction Function, ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the windowing table function";

    public override string Identity => $"assign session {Function.Size} keys={List(Function.PartitionBy.Select(k => Input.Columns[k].Type))}";

    public override string Describe() => $"SessionAssign(window=[{Function}])";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    public override Distribution Requires(int port) => Distribution.Hash(Function.PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new SessionAssignSpec(Schema, Function.TimeColumn, Function.Size, Function.PartitionBy, IEquiJoin.Routing(Input),
        Input.Columns[Function.TimeColumn].Type.Kind == OrleansStream.Columns.TypeKind.TimestampLtz ? WindowClockKind.Instant : WindowClockKind.Event,
        Input.Traits.ModifyKinds != ModifyKinds.Insert);
}
