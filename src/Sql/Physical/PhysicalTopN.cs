using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>The rows of each partition at places first … last of an order, kept up to date. Also ORDER BY … LIMIT, of one partition.</summary>
/// <param name="WithNumber">the place is the last column.</param>
public sealed record PhysicalTopN(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortColumn> OrderBy, long First, long Last, bool WithNumber, long TtlMs, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => PartitionBy.IsEmpty ? "ORDER BY with LIMIT" : "Top-N";

    private bool Retracts => Input.Traits.ModifyKinds != ModifyKinds.Insert;

    public override string Identity => Identify(Input, PartitionBy, OrderBy, First, Last);

    public override string Describe() =>
        $"TopN(partitionBy={Names(PartitionBy)}, orderBy={Order(Input, OrderBy)}, rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}{(TtlMs == 0 ? "" : $", ttl=[{TtlMs} ms]")})";

    /// <summary>With the place in the row a place is updated; without it rows come and go.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) =>
        !WithNumber ? ModifyKinds.Insert | ModifyKinds.Delete : inputs[0] == ModifyKinds.Insert ? ModifyKinds.Insert | ModifyKinds.Update : ModifyKinds.All;

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => asked;

    public override Distribution Requires(int port) => Distribution.Hash(PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs)
    {
        var keys = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        if (WithNumber) keys.Add([.. PartitionBy, Columns.Length - 1]);
        if (First == Last) keys.Add(PartitionBy);
        keys.AddRange(inputs[0].UpsertKeys);
        return keys.ToImmutable();
    }

    /// <summary>What a rank is, apart from names and positions.</summary>
    internal static string Identify(PhysicalNode input, ImmutableArray<int> partitionBy, ImmutableArray<SortColumn> orderBy, long first, long last) =>
        $"top_n {first}..{last} partition={List(partitionBy.Select(k => input.Columns[k].Type))} order={List(orderBy.Select(o => $"{input.Columns[o.Column].Type}{(o.Descending ? " DESC" : "")}{(o.NullsFirst ? " NULLS FIRST" : "")}"))}";

    /// <summary>An order by names, for people.</summary>
    internal static string Order(PhysicalNode input, ImmutableArray<SortColumn> orderBy) => List(orderBy.Select(o => input.Columns[o.Column].Name + o.ToString()[$"${o.Column}".Length..]));

    public override OperatorSpec Spec() =>
        new TopNSpec(Schema, PartitionBy, OrderBy, First, Last, WithNumber, Retracts, Traits.UpdateKind == UpdateKind.BeforeAndAfter, TtlMs, IEquiJoin.Routing(Input));
}
