using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Each row once for each of its windows, with their bounds.</summary>
public sealed record PhysicalWindowAssign(PhysicalNode Input, WindowFunction Function, ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the windowing table function";

    public override string Identity => $"assign {Function.Kind} {Function.Size} {Function.Step} {Function.Offset}";

    public override string Describe() => $"WindowAssign(window=[{Function}])";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => asked;

    public override Distribution Requires(int port) => Distribution.Any;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new WindowAssignSpec(Schema, Function.TimeColumn, Function.Size, Function.Step, Function.Offset, Function.Kind == WindowKind.Cumulate);
}
