using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Physical;

/// <summary>Pairs of rows of the same window that are equal in the keys; a window is forgotten when it ends.</summary>
/// <param name="LeftKeys">the window's bounds are among them.</param>
/// <param name="Inner">which keys are looked up within a window, as positions in the keys.</param>
/// <param name="End">which key is the window's end.</param>
/// <param name="Condition">over left ++ right, beside the keys; null: none.</param>
public sealed record PhysicalWindowJoin(
    JoinKind Kind, PhysicalNode Left, PhysicalNode Right, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, ImmutableArray<int> Inner, int End, Expr? Condition,
    JoinWindow Window, ImmutableArray<RelColumn> Columns) : PhysicalNode([Left, Right], Columns), IEquiJoin
{
    public PhysicalNode Left => Inputs[0];

    public PhysicalNode Right => Inputs[1];

    public override string Title => "the window join";

    public override string Identity => $"window join {Kind} {Window.Function.Kind} {Window.Function.Size} {Window.Function.Step} {List(LeftKeys.Select(k => Left.Columns[k].Type))}";

    public override string Describe()
    {
        IEnumerable<string> equal = LeftKeys.Zip(RightKeys, (l, r) => $"{Left.Columns[l].Name} = {Right.Columns[r].Name}");
        string condition = Condition is null ? "" : $", condition=[{Condition}]";
        return $"WindowJoin(joinType=[{Kind}Join], window=[{Window.Function}], where=[{string.Join(" AND ", equal)}]{condition}, select={List(Columns.Select(c => c.Name))})";
    }

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Hash(port == 0 ? LeftKeys : RightKeys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => IEquiJoin.Gives(Kind, inputs);

    public override OperatorSpec Spec() => new WindowJoinSpec(
        Schema, IEquiJoin.TypeOf(Kind), [.. Inner.Select(i => LeftKeys[i])], [.. Inner.Select(i => RightKeys[i])], LeftKeys[End], RightKeys[End], Condition,
        IEquiJoin.Routing(Left), IEquiJoin.Routing(Right), Window.Local);
}
