using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>A query with names resolved, types known and casts made explicit; still in the shape of its clauses.</summary>
public abstract record BoundQuery(ImmutableArray<RelColumn> Columns);

/// <summary>A table; <paramref name="Options"/> are the table's with those of an OPTIONS hint over them.</summary>
public sealed record BoundScan(CatalogTable Table, ImmutableArray<TableOption> Options, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns);

public enum WindowKind { Tumble, Hop, Cumulate, Session }

/// <summary>Which windows a row belongs to. Times in ms.</summary>
/// <param name="TimeColumn">position of the time attribute.</param>
/// <param name="Size">length; of SESSION the gap.</param>
/// <param name="Step">HOP: slide; CUMULATE: step; else equal to the size.</param>
/// <param name="PartitionBy">SESSION: columns whose sessions are apart.</param>
public sealed record WindowFunction(WindowKind Kind, int TimeColumn, TimeKind Time, long Size, long Step, long Offset, ImmutableArray<int> PartitionBy)
{
    public bool Equals(WindowFunction? other) =>
        other is not null && SameWindows(other) && TimeColumn == other.TimeColumn && PartitionBy.AsSpan().SequenceEqual(other.PartitionBy.AsSpan());

    /// <summary>Cuts time in the same way, whatever the column.</summary>
    public bool SameWindows(WindowFunction other) =>
        Kind == other.Kind && Time == other.Time && Size == other.Size && Step == other.Step && Offset == other.Offset;

    public override int GetHashCode() => HashCode.Combine(Kind, TimeColumn, Size, Step, Offset);

    public override string ToString()
    {
        string step = Kind is WindowKind.Hop or WindowKind.Cumulate ? $", {Step} ms" : "";
        string offset = Offset != 0 ? $", offset {Offset} ms" : "";
        string keys = PartitionBy.IsEmpty ? "" : $", partition=[{string.Join(", ", PartitionBy.Select(k => "$" + k))}]";
        return $"{Kind.ToString().ToUpperInvariant()}(${TimeColumn}{step}, {Size} ms{offset}{keys})";
    }
}

/// <summary>A windowing table function: the input's columns, then window_start, window_end, window_time.</summary>
public sealed record BoundWindow(BoundQuery Input, WindowFunction Window, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns);

public enum JoinKind { Inner, Left, Right, Full, Semi, Anti }

/// <param name="Condition">over left ++ right; null: every pair.</param>
public sealed record BoundJoin(JoinKind Kind, BoundQuery Left, BoundQuery Right, Expr? Condition, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns)
{
    /// <summary>ms for which left rows are kept, by a hint; null: as the job says.</summary>
    public long? LeftTtlMs { get; init; }

    /// <summary>Likewise of right rows.</summary>
    public long? RightTtlMs { get; init; }
}

/// <summary>CROSS (or LEFT) JOIN UNNEST: the input's columns, then those of the collection's elements.</summary>
/// <param name="Collection">over the input's columns.</param>
public sealed record BoundUnnest(BoundQuery Input, Expr Collection, bool Outer, bool Ordinality, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns);

/// <summary>SELECT. The items see, if grouped: keys ++ aggregates, else the input's columns; then the OVER columns.</summary>
/// <param name="Window">GROUP BY TUMBLE(…): applied after WHERE; keys see its columns too.</param>
public sealed record BoundSelect(
    BoundQuery Input, Expr? Where, WindowFunction? Window, BoundGrouping? Grouping, Expr? Having, ImmutableArray<OverCall> Over, Expr? Qualify,
    ImmutableArray<Expr> Items, bool Distinct, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns)
{
    /// <summary>ms for which groups are kept, by a hint; null: as the job says.</summary>
    public long? TtlMs { get; init; }
}

/// <param name="Columns">keys ++ aggregates ++ grouping functions.</param>
/// <param name="Sets">GROUPING SETS: positions of the keys of each; the other keys are NULL in its rows. One set of all keys without.</param>
/// <param name="Functions">GROUPING(…) and its kin: one value a set.</param>
public sealed record BoundGrouping(
    ImmutableArray<Expr> Keys, ImmutableArray<BoundAggregate> Aggregates, ImmutableArray<RelColumn> Columns, ImmutableArray<ImmutableArray<int>> Sets,
    ImmutableArray<ImmutableArray<long>> Functions);

public sealed record BoundValues(ImmutableArray<ImmutableArray<Expr>> Rows, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns);

public sealed record BoundSetOperation(string Operator, bool All, BoundQuery Left, BoundQuery Right, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns);

/// <summary>ORDER BY, LIMIT, OFFSET over the query's own columns.</summary>
/// <param name="Limit">rows, or null for all.</param>
public sealed record BoundOrder(BoundQuery Input, ImmutableArray<SortKeyExpr> Keys, long Offset, long? Limit, ImmutableArray<RelColumn> Columns) : BoundQuery(Columns)
{
    /// <summary>How many of the columns the query has; those behind are there to be sorted by.</summary>
    public int Visible { get; init; } = Columns.Length;
}

/// <summary>INSERT, or a bare SELECT with the table that collects its result.</summary>
/// <param name="Values">one a column of the target's payload, over the query's columns.</param>
/// <param name="Where">only rows for which it is TRUE are written; null: all.</param>
public sealed record BoundInsert(CatalogTable Target, ImmutableArray<TableOption> Options, BoundQuery Query, ImmutableArray<Expr> Values, Expr? Where = null);
