using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>WITH …, a body, ORDER BY, LIMIT, OFFSET.</summary>
public sealed record Query(
    TextSpan Span, ImmutableArray<CommonTable> With, QueryBody Body, ImmutableArray<OrderItem> OrderBy,
    Expression? Offset, Expression? Limit) : Node(Span);

public sealed record CommonTable(TextSpan Span, Identifier Name, ImmutableArray<Identifier> Columns, Query Query) : Node(Span);

public abstract record QueryBody(TextSpan Span) : Node(Span);

public sealed record Select(
    TextSpan Span, ImmutableArray<Hint> Hints, bool Distinct, ImmutableArray<SelectItem> Items, TableReference? From,
    Expression? Where, ImmutableArray<GroupingElement> GroupBy, Expression? Having, ImmutableArray<NamedWindow> Windows,
    Expression? Qualify) : QueryBody(Span);

public sealed record SelectItem(TextSpan Span, Expression Value, Identifier? Alias) : Node(Span);

public sealed record ValuesBody(TextSpan Span, ImmutableArray<RowExpression> Rows) : QueryBody(Span);

/// <summary>TABLE t.</summary>
public sealed record TableBody(TextSpan Span, Name Table) : QueryBody(Span);

/// <summary>A query in parentheses.</summary>
public sealed record NestedBody(TextSpan Span, Query Query) : QueryBody(Span);

/// <param name="Operator">UNION, INTERSECT or EXCEPT.</param>
public sealed record SetOperation(TextSpan Span, string Operator, bool All, QueryBody Left, QueryBody Right) : QueryBody(Span);

/// <param name="NullsFirst">null: the default of the direction (NULL is the lowest value).</param>
public sealed record OrderItem(TextSpan Span, Expression Value, bool Descending, bool? NullsFirst) : Node(Span);

public sealed record NamedWindow(TextSpan Span, Identifier Name, WindowSpec Spec) : Node(Span);

/// <summary>What stands in OVER (…).</summary>
/// <param name="BaseName">A named window that this one refines.</param>
public sealed record WindowSpec(
    TextSpan Span, Identifier? BaseName, ImmutableArray<Expression> PartitionBy, ImmutableArray<OrderItem> OrderBy, FrameSpec? Frame) : Node(Span);

/// <param name="Unit">ROWS or RANGE.</param>
/// <param name="High">null: the frame ends at the current row.</param>
public sealed record FrameSpec(TextSpan Span, string Unit, FrameBound Low, FrameBound? High) : Node(Span);

/// <param name="Kind">UNBOUNDED PRECEDING, PRECEDING, CURRENT ROW, FOLLOWING or UNBOUNDED FOLLOWING.</param>
public sealed record FrameBound(TextSpan Span, string Kind, Expression? Offset) : Node(Span);

public abstract record GroupingElement(TextSpan Span) : Node(Span);

public sealed record GroupingKey(TextSpan Span, Expression Value) : GroupingElement(Span);

/// <summary>(a, b) or () within GROUPING SETS, CUBE or ROLLUP.</summary>
public sealed record GroupingTuple(TextSpan Span, ImmutableArray<Expression> Values) : GroupingElement(Span);

/// <param name="Kind">GROUPING SETS, CUBE or ROLLUP.</param>
public sealed record GroupingSets(TextSpan Span, string Kind, ImmutableArray<GroupingElement> Elements) : GroupingElement(Span);

/// <summary>Something in FROM.</summary>
public abstract record TableReference(TextSpan Span) : Node(Span);

/// <param name="Alias">AS t(a, b): the name and, when given, the columns' new names.</param>
public sealed record NamedTable(TextSpan Span, Name Table, ImmutableArray<Hint> Hints, Expression? AsOf, TableAlias? Alias) : TableReference(Span);

public sealed record DerivedTable(TextSpan Span, bool Lateral, Query Query, TableAlias? Alias) : TableReference(Span);

/// <summary>TABLE(f(…)), LATERAL TABLE(f(…)) or f(…).</summary>
public sealed record FunctionTable(TextSpan Span, bool Lateral, CallExpression Call, TableAlias? Alias) : TableReference(Span);

public sealed record UnnestTable(TextSpan Span, Expression Value, bool WithOrdinality, TableAlias? Alias) : TableReference(Span);

/// <param name="Kind">INNER, LEFT, RIGHT, FULL, CROSS or COMMA.</param>
public sealed record JoinTable(
    TextSpan Span, string Kind, bool Natural, TableReference Left, TableReference Right, Expression? On,
    ImmutableArray<Identifier> Using) : TableReference(Span);

public sealed record TableAlias(TextSpan Span, Identifier Name, ImmutableArray<Identifier> Columns) : Node(Span);
