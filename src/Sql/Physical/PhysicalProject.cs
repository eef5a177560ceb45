using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Computes columns.</summary>
public sealed record PhysicalProject(PhysicalNode Input, ImmutableArray<Expr> Items, ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the projection";

    public override string Identity => "project";

    public override string Describe() =>
        $"Project(select={List(Items.Select((e, i) => e is ColumnExpr c && Input.Columns[c.Index].Name == Columns[i].Name ? Columns[i].Name : $"{e} AS {Columns[i].Name}"))})";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => asked;

    public override DeleteKind NeedsDeletes(int port, DeleteKind asked) => asked;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) =>
        inputs[0].Kind != DistributionKind.Hash ? inputs[0]
        : Follow(inputs[0].Keys, Position) is { } keys ? Distribution.Hash(keys) : Distribution.Any;

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) =>
        [.. inputs[0].UpsertKeys.Select(k => Follow(k, Position)).Where(k => k is not null).Select(k => k!.Value)];

    /// <summary>Where the input's column is forwarded to, or −1.</summary>
    private int Position(int column) => Items.ToList().FindIndex(e => (e is CallExpr { Function: "NOT_NULL", Arguments: [var value] } ? value : e) is ColumnExpr c && c.Index == column);

    public override OperatorSpec Spec() => new ProjectSpec(Schema, Items);
}
