using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Physical;

/// <summary>Keeps the rows for which a condition is TRUE.</summary>
public sealed record PhysicalFilter(PhysicalNode Input, Expr Condition) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the filter";

    public override string Identity => "filter";

    public override string Describe() => $"Filter(condition=[{Condition}])";

    // An update may leave or enter the condition: it is then a delete or an insert.
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) =>
        inputs[0].HasFlag(ModifyKinds.Update) ? inputs[0] | ModifyKinds.Insert | ModifyKinds.Delete : inputs[0];

    // Without the row before, nobody knows whether it passed.
    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => UpdateKind.BeforeAndAfter;

    // The row before stays in sight behind it: alone, it says that the update has left the condition.
    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => UpdateKind.BeforeAndAfter;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => inputs[0].UpsertKeys;

    public override OperatorSpec Spec() => new FilterSpec(Schema, Condition);
}
