using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Pairs of rows that are equal in the keys; both sides are kept.</summary>
public sealed record PhysicalJoin(
    JoinKind Kind, PhysicalNode Left, PhysicalNode Right, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Left, Right], Columns), IEquiJoin
{
    public PhysicalNode Left => Inputs[0];

    public PhysicalNode Right => Inputs[1];

    public override string Title => $"the {(Kind == JoinKind.Inner ? "" : Kind.ToString().ToLowerInvariant() + " ")}join";

    public override string Identity => $"join {Kind} {List(LeftKeys.Select(k => Left.Columns[k].Type))}";

    public override string Describe()
    {
        IEnumerable<string> equal = LeftKeys.Zip(RightKeys, (l, r) => $"{Left.Columns[l].Name} = {Right.Columns[r].Name}");
        return $"Join(joinType=[{Kind}Join], where=[{string.Join(" AND ", equal)}], select={List(Columns.Select(c => c.Name))})";
    }

    /// <summary>A padded row is taken back when its first match comes.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) =>
        Kind == JoinKind.Inner ? inputs[0] | inputs[1] : ModifyKinds.All;

    public override Distribution Requires(int port) => Distribution.Hash(port == 0 ? LeftKeys : RightKeys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => IEquiJoin.Gives(Kind, inputs);

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) =>
        [.. inputs[0].UpsertKeys.SelectMany(l => inputs[1].UpsertKeys.Select(r => l.AddRange(r.Select(c => c + Left.Columns.Length))))];

    public override string? NotYet => Kind == JoinKind.Inner ? null : $"{Kind.ToString().ToUpperInvariant()} JOIN";

    public override OperatorSpec Spec() => new EquiJoinSpec(
        Schema, LeftKeys, RightKeys, Left.Traits.ModifyKinds != ModifyKinds.Insert || Right.Traits.ModifyKinds != ModifyKinds.Insert, IEquiJoin.Routing(Left), IEquiJoin.Routing(Right));
}
