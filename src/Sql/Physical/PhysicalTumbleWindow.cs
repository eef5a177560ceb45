using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key and tumbling window. In two phases there is an exchange of partial rows between them.</summary>
/// <param name="Window">the spec of this phase.</param>
/// <param name="Function">for people: which windows.</param>
public sealed record PhysicalTumbleWindow(PhysicalNode Input, TumbleWindowSpec Window, WindowFunction Function, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the window aggregation";

    public override string Identity =>
        $"tumble {Window.Phase} {Window.Size} {Window.Offset} keys={List(Window.Keys.Select(k => Input.Columns[k].Type))} calls={List(Window.Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() =>
        $"TumbleWindow(phase=[{Window.Phase}], groupBy={Names(Window.Keys)}, window=[{Function}], select={List(Window.Calls)}"
        + $"{(Window.Properties.IsEmpty ? "" : $", properties={List(Window.Properties)}")})";

    public override ModifyKinds Accepts(int port) => Window.Retracts ? ModifyKinds.All : ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) =>
        Window.Phase == AggregatePhase.Partial ? Distribution.Any : Distribution.Hash(Window.Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Window.Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    // The partial phase keeps nothing that is stored.
    public override OperatorSpec Spec() => Window.Phase == AggregatePhase.Partial ? Window : Window with { Routing = IEquiJoin.Routing(Input) };
}
