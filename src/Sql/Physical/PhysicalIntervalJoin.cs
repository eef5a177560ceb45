using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Pairs of rows that are equal in the keys and whose event times lie within bounds of each other; rows that no partner can reach any more are forgotten.</summary>
/// <param name="Condition">over left ++ right, beside keys and times; null: none.</param>
internal sealed record PhysicalIntervalJoin(
    JoinKind Kind, PhysicalNode Left, PhysicalNode Right, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, TimeBounds Bounds, Expr? Condition, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Left, Right], Columns), IEquiJoin
{
    public PhysicalNode Left => Inputs[0];

    public PhysicalNode Right => Inputs[1];

    public override string Title => "the interval join";

    public override string Identity => $"interval join {Kind} {Bounds.Lower} {Bounds.Upper} {List(LeftKeys.Select(k => Left.Columns[k].Type))}";

    public override string Describe()
    {
        IEnumerable<string> equal = LeftKeys.Zip(RightKeys, (l, r) => $"{Left.Columns[l].Name} = {Right.Columns[r].Name}");
        string bounds = $"isRowTime=true, leftLowerBound={Bounds.Lower}, leftUpperBound={Bounds.Upper}, leftTime={Left.Columns[Bounds.LeftTime].Name}, rightTime={Right.Columns[Bounds.RightTime].Name}";
        string condition = Condition is null ? "" : $", condition=[{Condition}]";
        return $"IntervalJoin(joinType=[{Kind}Join], windowBounds=[{bounds}], where=[{string.Join(" AND ", equal)}]{condition}, select={List(Columns.Select(c => c.Name))})";
    }

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(port == 0 ? LeftKeys : RightKeys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => IEquiJoin.Gives(Kind, inputs);

    public override OperatorSpec Spec() => new IntervalJoinSpec(
        Schema, IEquiJoin.TypeOf(Kind), LeftKeys, RightKeys, Bounds.LeftTime, Bounds.RightTime, Bounds.Lower, Bounds.Upper, Condition, IEquiJoin.Routing(Left), IEquiJoin.Routing(Right));
}
