using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Logical;

/// <summary>A step of a query, in relational algebra: what is computed, not how or where.</summary>
public abstract record LogicalNode(ImmutableArray<LogicalNode> Inputs, ImmutableArray<RelColumn> Columns)
{
    /// <summary>One line: the operator and what it does.</summary>
    public abstract string Describe();

    /// <summary>The same step over other inputs with the same columns.</summary>
    public LogicalNode WithInputs(ImmutableArray<LogicalNode> inputs) =>
        inputs.AsSpan().SequenceEqual(Inputs.AsSpan(), ReferenceEqualityComparer.Instance) ? this : this with { Inputs = inputs };

    protected static string List<T>(IEnumerable<T> items) => $"[{string.Join(", ", items)}]";

    protected static string Columnar(IEnumerable<int> columns) => $"[{string.Join(", ", columns.Select(c => "$" + c))}]";

    /// <summary>Nodes are shared by reference (a view used twice), so they are equal only to themselves.</summary>
    public virtual bool Equals(LogicalNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>Reads a table; the columns are those of the table at <paramref name="Positions"/>.</summary>
public sealed record LogicalScan(CatalogTable Table, ImmutableArray<TableOption> Options, ImmutableArray<int> Positions, ImmutableArray<RelColumn> Columns)
    : LogicalNode([], Columns)
{
    public override string Describe() => $"Scan(table=[{Table.Name}], columns={List(Columns.Select(c => c.Name))})";
}

public sealed record LogicalValues(ImmutableArray<ImmutableArray<Expr>> Rows, ImmutableArray<RelColumn> Columns) : LogicalNode([], Columns)
{
    public override string Describe() => $"Values(rows={List(Rows.Select(r => List(r)))})";
}

public sealed record LogicalFilter(LogicalNode From, Expr Condition) : LogicalNode([From], From.Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Filter(condition=[{Condition}])";
}

public sealed record LogicalProject(LogicalNode From, ImmutableArray<Expr> Items, ImmutableArray<RelColumn> Columns) : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Project({string.Join(", ", Items.Select((e, i) => e is ColumnExpr c && From.Columns[c.Index].Name == Columns[i].Name ? $"{e}" : $"{Columns[i].Name}={e}"))})";
}

/// <summary>Gives each row its windows: window_start, window_end, window_time behind the input's columns.</summary>
public sealed record LogicalWindow(LogicalNode From, WindowFunction Window, ImmutableArray<RelColumn> Columns) : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Window(window=[{Window}])";
}

/// <summary>One row a group: the keys, then the aggregates. Arguments and filters are columns of the input.</summary>
public sealed record LogicalAggregate(LogicalNode From, ImmutableArray<int> Keys, ImmutableArray<BoundAggregate> Calls, ImmutableArray<RelColumn> Columns)
    : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    /// <summary>ms for which groups are kept, by a hint; null: as the job says.</summary>
    public long? TtlMs { get; init; }

    public override string Describe() => $"Aggregate(group={Columnar(Keys)}, calls={List(Calls)}{(TtlMs is null ? "" : $", ttl=[{TtlMs} ms]")})";
}

/// <summary>One row a key and window, at the window's end: the keys, the aggregates, then the bounds that are wanted, each a column of its role.</summary>
public sealed record LogicalWindowAggregate(
    LogicalNode From, WindowFunction Window, ImmutableArray<int> Keys, ImmutableArray<BoundAggregate> Calls, ImmutableArray<RelColumn> Columns)
    : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    /// <summary>The windows that the input already has, when <see cref="Window"/> only gathers what belongs to each.</summary>
    public WindowFunction? Attached { get; init; }

    /// <summary>A hint's, which windows have no use for.</summary>
    public long? TtlMs { get; init; }

    public override string Describe() => $"WindowAggregate(window=[{Window}{(Attached is null ? "" : $" of {Attached.Kind.ToString().ToUpperInvariant()}")}], group={Columnar(Keys)}, calls={List(Calls)}, bounds={List(Columns.Skip(Keys.Length + Calls.Length).Select(c => c.Window))})";
}

/// <param name="Condition">over left ++ right.</param>
/// <param name="Columns">of a semi or anti join: the left ones.</param>
public sealed record LogicalJoin(JoinKind Kind, LogicalNode Left, LogicalNode Right, Expr? Condition, ImmutableArray<RelColumn> Columns)
    : LogicalNode([Left, Right], Columns)
{
    public LogicalNode Left => Inputs[0];

    public LogicalNode Right => Inputs[1];

    /// <summary>The windows on which both sides must agree, if their bounds are among the condition's equalities.</summary>
    public JoinWindow? Window { get; init; }

    /// <summary>ms for which left rows are kept, by a hint; null: as the job says.</summary>
    public long? LeftTtlMs { get; init; }

    /// <summary>Likewise of right rows.</summary>
    public long? RightTtlMs { get; init; }

    public override string Describe() => $"Join(kind=[{Kind}], condition=[{Condition}]{(Window is null ? "" : $", window=[{Window.Function.Kind.ToString().ToUpperInvariant()}]")}{(LeftTtlMs is null ? "" : $", leftTtl=[{LeftTtlMs} ms]")}{(RightTtlMs is null ? "" : $", rightTtl=[{RightTtlMs} ms]")})";
}

/// <summary>A row for each element of a collection: the kept columns, then the element's.</summary>
public sealed record LogicalUnnest(LogicalNode From, int Column, ImmutableArray<int> Kept, bool Outer, bool Ordinality, ImmutableArray<RelColumn> Columns) : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Unnest(collection=[${Column}], kept={Columnar(Kept)}{(Outer ? ", outer" : "")}{(Ordinality ? ", ordinality" : "")})";
}

/// <summary>UNION ALL.</summary>
public sealed record LogicalUnion(ImmutableArray<LogicalNode> From, ImmutableArray<RelColumn> Columns) : LogicalNode(From, Columns)
{
    public ImmutableArray<LogicalNode> From => Inputs;

    public override string Describe() => "Union";
}

/// <summary>INTERSECT, EXCEPT.</summary>
public sealed record LogicalSetOperation(string Operator, bool All, LogicalNode Left, LogicalNode Right, ImmutableArray<RelColumn> Columns)
    : LogicalNode([Left, Right], Columns)
{
    public LogicalNode Left => Inputs[0];

    public LogicalNode Right => Inputs[1];

    public override string Describe() => $"{Operator}{(All ? "(all)" : "")}";
}

/// <summary>A column more a call.</summary>
public sealed record LogicalOver(LogicalNode From, ImmutableArray<OverCall> Calls, ImmutableArray<RelColumn> Columns) : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Over(calls={List(Calls)})";
}

/// <summary>The first rows of each partition in an order (none: as they arrive): those with a number from <paramref name="First"/> to <paramref name="Last"/>.</summary>
/// <param name="WithNumber">the row number is the last column.</param>
public sealed record LogicalRank(
    LogicalNode From, ImmutableArray<int> PartitionBy, ImmutableArray<SortColumn> OrderBy, long First, long Last, bool WithNumber, ImmutableArray<RelColumn> Columns)
    : LogicalNode([From], Columns)
{
    public LogicalNode From => Inputs[0];

    /// <summary>Of rows that are equal in the order the last to come is wanted, not the first.</summary>
    public bool LastOfEqual { get; init; }

    /// <summary>The windows that the partitions are in; they end with them.</summary>
    public JoinWindow? Window { get; init; }

    public override string Describe() =>
        $"{(Window is null ? "" : "Window")}Rank(partition={Columnar(PartitionBy)}, order={List(OrderBy)}, rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}{(LastOfEqual ? ", last of equal" : "")})";
}

/// <summary>The rows in an order, all or the first behind an offset; by no keys as they arrive.</summary>
public sealed record LogicalSort(LogicalNode From, ImmutableArray<SortColumn> Keys, long Offset, long? Limit) : LogicalNode([From], From.Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Sort(keys={List(Keys)}, offset={Offset}, limit={Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"})";
}

/// <summary>Rows leave into a table.</summary>
public sealed record LogicalSink(LogicalNode From, CatalogTable Target, ImmutableArray<TableOption> Options) : LogicalNode([From], From.Columns)
{
    public LogicalNode From => Inputs[0];

    public override string Describe() => $"Sink(table=[{Target.Name}])";
}
