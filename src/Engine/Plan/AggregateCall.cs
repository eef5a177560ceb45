using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Plan;

/// <summary>A call of an aggregate function in a plan: <c>SUM(price) FILTER (WHERE …)</c>.</summary>
/// <param name="Function">upper-case name in the catalog.</param>
/// <param name="Arguments">argument columns of the operator's input (of the partial operator's input when the operator is the final phase); empty = <c>COUNT(*)</c>.</param>
/// <param name="ArgumentTypes">their types.</param>
/// <param name="Filter">BOOLEAN column: only rows where it is TRUE count; −1 = all rows.</param>
/// <param name="Distinct">equal arguments of a group count once.</param>
/// <param name="Type">type of the result.</param>
public sealed record AggregateCall(
    string Function, ImmutableArray<int> Arguments, ImmutableArray<SqlType> ArgumentTypes, int Filter, bool Distinct, SqlType Type)
{
    public bool Equals(AggregateCall? other) =>
        other is not null && Function == other.Function && Filter == other.Filter && Distinct == other.Distinct && Type == other.Type
        && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan()) && ArgumentTypes.AsSpan().SequenceEqual(other.ArgumentTypes.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Function, Arguments.Length, Filter, Distinct, Type);

    public override string ToString() =>
        $"{Function}({(Distinct ? "DISTINCT " : "")}{(Arguments.IsEmpty ? "*" : string.Join(", ", Arguments.Select(a => $"${a}")))}){(Filter >= 0 ? $" FILTER (WHERE ${Filter})" : "")}";
}
