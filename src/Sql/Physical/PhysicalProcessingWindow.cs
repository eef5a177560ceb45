using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key and window of processing time, by the clock of the shard.</summary>
public sealed record PhysicalProcessingWindow(
    PhysicalNode Input, WindowFunction Function, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the window aggregation";

    public override string Identity =>
        $"processing {Function.Kind} {Function.Size} {Function.Step} {Function.Offset} keys={List(Keys.Select(k => Input.Columns[k].Type))} calls={List(Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() =>
        $"ProcessingWindow(groupBy={Names(Keys)}, window=[{Function}], select={List(Calls)}, bounds={List(Columns.Skip(Keys.Length + Calls.Length).Select(c => c.Window))})";

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    public override OperatorSpec Spec() => new ProcessingWindowSpec(
        Schema, Function.Size, Function.Step, Function.Offset, Function.Kind == WindowKind.Cumulate, Keys, Calls,
        [.. Columns.Skip(Keys.Length + Calls.Length).Select(PhysicalBuilder.Property)], IEquiJoin.Routing(Input));
}
