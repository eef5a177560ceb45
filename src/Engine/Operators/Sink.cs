using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Rows leave the job into a table. The host gives the operator's rows to the connector's <see cref="Connect.ISinkWriter"/>; the operator itself only hands them on.
/// Connector <c>collect</c> is the result of a SELECT.
/// </summary>
/// <param name="Table">target; its schema equals the input's.</param>
/// <param name="Changelog">whether updates and deletes may come.</param>
/// <param name="UpsertKey">columns by which updates are addressed; empty = none.</param>
[Operator("sink")]
public sealed record SinkSpec(TableRef Table, bool Changelog, System.Collections.Immutable.ImmutableArray<int> UpsertKey) : OperatorSpec(Table.Schema)
{
    public override Operator Create() => new Sink();

    public override string Describe() => $"Sink(table=[{Table.Name}], connector=[{Table.Connector}])";
}

public sealed class Sink : Operator
{
    public override bool TakesMarks => true;

    public override void Open(OperatorContext c)
    {
    }

    public override void OnBatch(int port, Batch input, Output o) => o.Append(input);
}
