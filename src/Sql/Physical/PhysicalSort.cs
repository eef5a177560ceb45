using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>All rows in an order: by event time first as the watermark goes on, or (<paramref name="AtEnd"/>) when the input has ended.</summary>
public sealed record PhysicalSort(PhysicalNode Input, ImmutableArray<SortColumn> OrderBy, bool AtEnd) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "ORDER BY";

    public override string Identity => $"sort {AtEnd} {PhysicalTopN.Identify(Input, [], OrderBy, 1, long.MaxValue)}";

    public override string Describe() => $"{(AtEnd ? "Sort" : "TemporalSort")}(orderBy={PhysicalTopN.Order(Input, OrderBy)})";

    public override ModifyKinds Accepts(int port) => AtEnd ? ModifyKinds.All : ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Single;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new SortSpec(Schema, OrderBy, AtEnd ? -1 : OrderBy[0].Column, Input.Traits.ModifyKinds != ModifyKinds.Insert);
}
