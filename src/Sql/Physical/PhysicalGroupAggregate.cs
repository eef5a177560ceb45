using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Physical;

/// <summary>One row a key, updated as rows come.</summary>
public sealed record PhysicalGroupAggregate(PhysicalNode Input, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => Calls.IsEmpty ? "DISTINCT" : "GROUP BY without a window";

    public override string Identity =>
        $"group keys={List(Keys.Select(k => Input.Columns[k].Type))} calls={List(Calls.Select(c => $"{c.Function}({List(c.ArgumentTypes)}){c.Distinct}"))}";

    public override string Describe() => $"GroupAggregate(groupBy={Names(Keys)}, select={List(Calls)})";

    /// <summary>The first row of a key is an insert, later ones are updates; the last one retracted is a delete. Without calls nothing changes: inserts only.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs)
    {
        bool retracts = inputs[0] != ModifyKinds.Insert;
        ModifyKinds updates = Calls.IsEmpty ? ModifyKinds.Insert : ModifyKinds.Insert | ModifyKinds.Update;
        return retracts ? updates | ModifyKinds.Delete : updates;
    }

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => asked;

    public override Distribution Requires(int port) => Distribution.Hash(Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs)
    {
        if (inputs[0].Kind != DistributionKind.Hash) return inputs[0];
        return Follow(inputs[0].Keys, k => Keys.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;
    }

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => [[.. Enumerable.Range(0, Keys.Length)]];

    private bool Retracts => Input.Traits.ModifyKinds != ModifyKinds.Insert;

    public override string? NotYet =>
        Calls.FirstOrDefault(c => !EngineAggregates.Has(c)) is { } missing ? $"{missing} without a window"
        : Retracts && Calls.FirstOrDefault(c => !EngineAggregates.Retracts(c)) is { } keeps ? $"{keeps.Function} over rows that may be taken back" : null;

    public override OperatorSpec Spec() => new GroupAggregateSpec(Schema, Keys, Calls, Retracts, Traits.UpdateKind == UpdateKind.BeforeAndAfter);
}
