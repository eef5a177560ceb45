using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

// What stands in bound expressions beside the plan's own, and is gone before there is a plan.

/// <summary>An expression with a finding: everything around it keeps quiet.</summary>
internal sealed record BadExpr() : Expr(SqlType.Null);

/// <summary>An aggregate within a select list, HAVING or ORDER BY, until grouping has given it a column.</summary>
internal sealed record AggregateExpr(BoundAggregate Call) : Expr(Call.Type)
{
    public override string ToString() => Call.ToString();
}

/// <summary>An aggregate over the rows of a group.</summary>
/// <param name="Function">upper-case name.</param>
/// <param name="Arguments">over the input; none for COUNT(*).</param>
/// <param name="Filter">only rows for which it is TRUE count.</param>
public sealed record BoundAggregate(string Function, ImmutableArray<Expr> Arguments, bool Distinct, Expr? Filter, SqlType Type)
{
    public bool Equals(BoundAggregate? other) =>
        other is not null && Function == other.Function && Distinct == other.Distinct && Equals(Filter, other.Filter) && Type == other.Type
        && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Function, Distinct, Type, Arguments.Length);

    public override string ToString()
    {
        string arguments = Arguments.IsEmpty && Function == "COUNT" ? "*" : string.Join(", ", Arguments);
        return $"{Function}({(Distinct ? "DISTINCT " : "")}{arguments}){(Filter is null ? "" : $" FILTER {Filter}")}";
    }
}

/// <summary>A function over a window of rows, until the select has given it a column.</summary>
internal sealed record OverExpr(OverCall Call) : Expr(Call.Type)
{
    public override string ToString() => Call.ToString();
}

/// <summary>Which rows before the current one a function sees.</summary>
/// <param name="Rows">the bound counts rows; else it is a time, ms, and rows of one time see each other.</param>
public readonly record struct OverFrame(bool Rows, long Preceding)
{
    public const long Unbounded = -1;

    public override string ToString() => $"{(Rows ? "ROWS" : "RANGE")} {(Preceding == Unbounded ? "UNBOUNDED" : Rows ? $"{Preceding}" : $"{Preceding} ms")} PRECEDING";
}

/// <summary>function OVER (PARTITION BY … ORDER BY … frame).</summary>
public sealed record OverCall(
    string Function, ImmutableArray<Expr> Arguments, ImmutableArray<Expr> PartitionBy, ImmutableArray<SortKeyExpr> OrderBy, OverFrame? Frame, SqlType Type)
{
    public bool Distinct { get; init; }

    /// <summary>Only rows for which it is TRUE count.</summary>
    public Expr? Filter { get; init; }

    /// <summary>Over the same rows in the same order.</summary>
    public bool SameWindow(OverCall other) =>
        Frame == other.Frame && PartitionBy.AsSpan().SequenceEqual(other.PartitionBy.AsSpan()) && OrderBy.AsSpan().SequenceEqual(other.OrderBy.AsSpan());

    public bool Equals(OverCall? other) =>
        other is not null && Function == other.Function && Distinct == other.Distinct && Equals(Filter, other.Filter) && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan())
        && SameWindow(other);

    public override int GetHashCode() => HashCode.Combine(Function, Frame, Arguments.Length, PartitionBy.Length, OrderBy.Length);

    public override string ToString() =>
        $"{Function}({(Distinct ? "DISTINCT " : "")}{string.Join(", ", Arguments)}){(Filter is null ? "" : $" FILTER {Filter}")} OVER (PARTITION BY {string.Join(", ", PartitionBy)} ORDER BY {string.Join(", ", OrderBy)}{(Frame is null ? "" : $" {Frame}")})";
}

/// <summary>One key of an order.</summary>
public sealed record SortKeyExpr(Expr Value, bool Descending, bool NullsFirst)
{
    public override string ToString() => $"{Value}{(Descending ? " DESC" : "")}{(NullsFirst != Descending ? "" : NullsFirst ? " NULLS FIRST" : " NULLS LAST")}";
}

/// <summary>GROUPING(a, b), GROUPING_ID(a, b) or GROUP_ID(), until grouping has given it a column.</summary>
internal sealed record GroupingExpr(string Function, ImmutableArray<Expr> Arguments) : Expr(SqlType.BigInt.NotNull)
{
    public bool Equals(GroupingExpr? other) => other is not null && Function == other.Function && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Function, Arguments.Length);

    public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
}

/// <summary>PROCTIME(): a column that is nothing but this is a time attribute.</summary>
internal static class Proctime
{
    public static CallExpr Call { get; } = new("PROCTIME", [], SqlType.TimestampLtz(3).NotNull);

    public static bool Is(Expr e) => e is CallExpr { Function: "PROCTIME" };
}

/// <summary>TUMBLE(ts, …) and its kin as GROUP BY keys, TUMBLE_START(…) and its kin elsewhere, until grouping has resolved them.</summary>
internal sealed record GroupWindowExpr(WindowFunction Window, WindowRole Role, SqlType Type) : Expr(Type)
{
    public override string ToString() => $"{Role}({Window})";
}
