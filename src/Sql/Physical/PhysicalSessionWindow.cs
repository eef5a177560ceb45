using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key and session, where the session's own keys are the keys.</summary>
/// <param name="Window">the spec.</param>
/// <param name="Function">for people: which windows.</param>
public sealed record PhysicalSessionWindow(PhysicalNode Input, SessionWindowSpec Window, WindowFunction Function, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the window aggregation";

    public override string Identity =>
        $"session {Window.Gap} keys={List(Window.Keys.Select(k => Input.Columns[k].Type))} calls={List(Window.Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() =>
        $"SessionWindow(groupBy={Names(Window.Keys)}, window=[{Function}], select={List(Window.Calls)}{(Window.Properties.IsEmpty ? "" : $", properties={List(Window.Properties)}")})";

    public override ModifyKinds Accepts(int port) => Window.Retracts ? ModifyKinds.All : ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(Window.Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Window.Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    public override OperatorSpec Spec() => Window with { Routing = IEquiJoin.Routing(Input) };
}
