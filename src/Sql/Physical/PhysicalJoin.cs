using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Pairs of rows that are equal in the keys; both sides are kept.</summary>
/// <param name="Condition">over left ++ right, beside the keys; null: none. Of an inner join it is a filter's.</param>
public sealed record PhysicalJoin(
    JoinKind Kind, PhysicalNode Left, PhysicalNode Right, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, Expr? Condition, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Left, Right], Columns), IEquiJoin
{
    /// <summary>ms after which a left row that does not come again is forgotten; 0: never.</summary>
    public long LeftTtlMs { get; init; }

    /// <summary>Likewise of right rows.</summary>
    public long RightTtlMs { get; init; }

    public PhysicalNode Left => Inputs[0];

    public PhysicalNode Right => Inputs[1];

    public override string Title => $"the {(Kind == JoinKind.Inner ? "" : Kind.ToString().ToLowerInvariant() + " ")}join";

    public override string Identity => $"join {Kind} {List(LeftKeys.Select(k => Left.Columns[k].Type))}";

    public override string Describe()
    {
        IEnumerable<string> equal = LeftKeys.Zip(RightKeys, (l, r) => $"{Left.Columns[l].Name} = {Right.Columns[r].Name}");
        string condition = Condition is null ? "" : $", condition=[{Condition}]";
        return $"Join(joinType=[{Kind}Join], where=[{string.Join(" AND ", equal)}]{condition}, select={List(Columns.Select(c => c.Name))}{JoinTypes.Ttls(LeftTtlMs, RightTtlMs)})";
    }

    /// <summary>A padded row is taken back when its first match comes, as is a row of an anti join.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) =>
        Kind is JoinKind.Inner or JoinKind.Semi ? inputs[0] | inputs[1] : Kind == JoinKind.Anti && inputs.All(i => i == ModifyKinds.Insert) ? ModifyKinds.Insert | ModifyKinds.Delete : ModifyKinds.All;

    public override Distribution Requires(int port) => Distribution.Hash(port == 0 ? LeftKeys : RightKeys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => IEquiJoin.Gives(Kind, inputs);

    /// <summary>A row of the one side with one of the other; where a row finds one partner at most, its own key is enough.</summary>
    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs)
    {
        if (Kind is JoinKind.Semi or JoinKind.Anti) return inputs[0].UpsertKeys;
        int width = Left.Columns.Length;
        ImmutableArray<ImmutableArray<int>> right = [.. inputs[1].UpsertKeys.Select(r => r.Select(c => c + width).ToImmutableArray())];
        IEnumerable<ImmutableArray<int>> keys = inputs[0].UpsertKeys.SelectMany(l => right.Select(r => l.AddRange(r)));
        if (Kind is JoinKind.Inner or JoinKind.Left && inputs[1].UpsertKeys.Any(k => k.All(RightKeys.Contains))) keys = inputs[0].UpsertKeys.Concat(keys);
        if (Kind is JoinKind.Inner or JoinKind.Right && inputs[0].UpsertKeys.Any(k => k.All(LeftKeys.Contains))) keys = right.Concat(keys);
        return [.. keys];
    }

    public override OperatorSpec Spec()
    {
        bool changes = Left.Traits.ModifyKinds != ModifyKinds.Insert || Right.Traits.ModifyKinds != ModifyKinds.Insert;
        var (left, right) = (IEquiJoin.Routing(Left), IEquiJoin.Routing(Right));
        if (Kind == JoinKind.Inner) return new EquiJoinSpec(Schema, LeftKeys, RightKeys, changes, left, right, LeftTtlMs, RightTtlMs) { LeftUnique = Unique(Left, LeftKeys), RightUnique = Unique(Right, RightKeys) };
        return new OuterJoinSpec(Schema, IEquiJoin.TypeOf(Kind), LeftKeys, RightKeys, Condition, left, right, changes || Kind != JoinKind.Semi, LeftTtlMs, RightTtlMs)
        {
            LeftUnique = Unique(Left, LeftKeys),
            RightUnique = Unique(Right, RightKeys),
        };
    }

    /// <summary>The key by which a side's state finds a row: best one that the join's keys hold, so that there is one row a key; none: by all columns.</summary>
    private static ImmutableArray<int> Unique(PhysicalNode side, ImmutableArray<int> keys) =>
        side.Traits.UpsertKeys.Where(k => !k.IsEmpty).OrderBy(k => k.Count(c => !keys.Contains(c))).Select(k => (ImmutableArray<int>?)k).FirstOrDefault() ?? [];
}
