using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Physical;

/// <summary>The rows of each partition and window at places first … last of an order, once, when the window ends.</summary>
/// <param name="PartitionBy">the window's bounds are among them.</param>
public sealed record PhysicalWindowTopN(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortColumn> OrderBy, long First, long Last, bool WithNumber, bool LastOfEqual, JoinWindow Window,
    ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "Top-N of windows";

    public override string Identity => $"window {PhysicalTopN.Identify(Input, PartitionBy, OrderBy, First, Last)}{(LastOfEqual ? " last" : "")}";

    public override string Describe() =>
        $"WindowTopN(window=[{Window.Function}], partitionBy={Names(PartitionBy)}, orderBy={PhysicalTopN.Order(Input, OrderBy)}, rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}{(LastOfEqual ? ", last of equal" : "")})";

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new WindowTopNSpec(
        Schema, PartitionBy, PartitionBy.First(k => Input.Columns[k].Window == WindowRole.End), OrderBy, First, Last, WithNumber, Window.Local, LastOfEqual, IEquiJoin.Routing(Input));
}
