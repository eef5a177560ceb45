using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ORDER BY on one shard. By event time first: a row waits until the watermark reaches its time; one that is not behind the last row that left is dropped and counted in
/// <c>late_rows</c>. By anything else (<paramref name="Time"/> −1): all rows leave when the input has ended.
/// </summary>
/// <param name="Order">of event time: its first column is <paramref name="Time"/>, ascending.</param>
/// <param name="Time">the time attribute, ms.</param>
/// <param name="Retracts">whether rows may be taken away; only without a time.</param>
[Operator("sort")]
public sealed record SortSpec(Schema Output, ImmutableArray<SortColumn> Order, int Time, bool Retracts = false) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => Time < 0 ? [RowState(inputs[0])] : [RowState(inputs[0]), LeftState];

    public override Operator Create() => Time < 0 ? new SortAtEnd(this) : new SortByTime(this);

    public override string Describe() => $"Sort(order=[{string.Join(", ", Order)}]{(Time < 0 ? ", at the end" : "")}{(Retracts ? ", retracts" : "")})";

    /// <summary>Time of the last row that left.</summary>
    internal static StateSpec LeftState { get; } = new("left", 1, StateKind.Value, Schema.Empty, null, Schema.Of(("time", SqlType.BigInt.NotNull)), Ttl.None);

    internal StateSpec RowState(Schema input) => SortedRows.Spec("rows", input, [], Order, Retracts, 0);
}
