using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key, updated as rows come. In two phases there is an exchange of partial rows between them.</summary>
/// <param name="Group">the spec of this phase, but for what only the passes know.</param>
public sealed record PhysicalGroupAggregate(PhysicalNode Input, GroupAggregateSpec Group, ImmutableArray<RelColumn> Columns) : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => Group.Calls.IsEmpty ? "DISTINCT" : "GROUP BY without a window";

    private bool Partial => Group.Phase == AggregatePhase.Partial;

    /// <summary>Rows may be taken back. Of a final phase: rows that went into the partial ones.</summary>
    private bool Retracts => Input.Traits.ModifyKinds != ModifyKinds.Insert;

    public override string Identity =>
        $"group {Group.Phase} keys={List(Group.Keys.Select(k => Input.Columns[k].Type))} calls={List(Group.Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() => $"GroupAggregate(phase=[{Group.Phase}], groupBy={Names(Group.Keys)}, select={List(Group.Calls)}{(Group.TtlMs == 0 ? "" : $", ttl=[{Group.TtlMs} ms]")})";

    /// <summary>The first row of a key is an insert, later ones are updates; the last one retracted is a delete. Without calls nothing changes: inserts only.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs)
    {
        if (Partial) return inputs[0];
        ModifyKinds updates = Group.Calls.IsEmpty ? ModifyKinds.Insert : ModifyKinds.Insert | ModifyKinds.Update;
        return inputs[0] == ModifyKinds.Insert ? updates : updates | ModifyKinds.Delete;
    }

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => Partial ? inputs[0] : asked;

    public override Distribution Requires(int port) => Partial ? Distribution.Any : Distribution.Hash(Group.Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Group.Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => Partial ? [] : [[.. Enumerable.Range(0, Group.Keys.Length)]];

    public override string? NotYet =>
        Group.Calls.FirstOrDefault(c => !EngineAggregates.Has(c)) is { } missing ? $"{missing} without a window"
        : Retracts && Group.Calls.FirstOrDefault(c => !EngineAggregates.Retracts(c)) is { } keeps ? $"{keeps.Function} over rows that may be taken back" : null;

    public override OperatorSpec Spec() => Group with { Retracts = Retracts, Before = !Partial && Traits.UpdateKind == UpdateKind.BeforeAndAfter };
}
