using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key and hopping or cumulating window, merged from panes of one step. Its partial phase is a tumbling window of that step.</summary>
/// <param name="Window">the spec: <see cref="HopWindowSpec"/> or <see cref="CumulateWindowSpec"/>.</param>
/// <param name="Function">for people: which windows.</param>
public sealed record PhysicalSliceWindow(
    PhysicalNode Input, OperatorSpec Window, AggregatePhase Phase, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, WindowFunction Function, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the window aggregation";

    public override string Identity =>
        $"{Function.Kind} {Phase} {Function.Size} {Function.Step} {Function.Offset} keys={List(Keys.Select(k => Input.Columns[k].Type))} calls={List(Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() =>
        $"{Function.Kind}Window(phase=[{Phase}], groupBy={Names(Keys)}, window=[{Function}], select={List(Calls)}, bounds={List(Columns.Skip(Keys.Length + Calls.Length).Select(c => c.Window))})";

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    public override OperatorSpec Spec() => Window switch
    {
        HopWindowSpec hop => hop with { Routing = IEquiJoin.Routing(Input) },
        CumulateWindowSpec cumulate => cumulate with { Routing = IEquiJoin.Routing(Input) },
        _ => Window,
    };
}
