using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Rows leave into a table.</summary>
/// <param name="Target">the table as the plan stores it.</param>
/// <param name="TakesUpdates">the connector can write updates and deletes.</param>
public sealed record PhysicalSink(PhysicalNode Input, TableRef Target, bool TakesUpdates) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => $"the sink {Target.Name}";

    public override string Identity => $"sink {Target.Name}";

    public override string Describe() => $"Sink(table=[{Target.Name}], connector=[{Target.Connector}], fields={List(Columns.Select(c => c.Name))})";

    public override ModifyKinds Accepts(int port) => TakesUpdates ? ModifyKinds.All : ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.None;

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => Target.PrimaryKey.IsEmpty ? UpdateKind.BeforeAndAfter : UpdateKind.After;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new SinkSpec(Target, Input.Traits.ModifyKinds != ModifyKinds.Insert, Target.PrimaryKey);
}
