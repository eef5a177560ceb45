using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Syntax;

/// <summary>An expression as written.</summary>
public abstract record Expression(TextSpan Span) : Node(Span);

public sealed record NameExpression(TextSpan Span, Name Name) : Expression(Span);

/// <summary>* or t.* in a select list, or the argument of COUNT(*).</summary>
public sealed record StarExpression(TextSpan Span, Name? Qualifier) : Expression(Span);

/// <summary>Digits as written, so that decimals stay exact.</summary>
/// <param name="Approximate">Has an exponent: DOUBLE.</param>
public sealed record NumberLiteral(TextSpan Span, string Text, bool Approximate) : Expression(Span);

public sealed record StringLiteral(TextSpan Span, string Value) : Expression(Span);

/// <summary>x'0AFF'.</summary>
public sealed record BinaryLiteral(TextSpan Span, string Hex) : Expression(Span);

/// <summary>TRUE, FALSE, or UNKNOWN (null).</summary>
public sealed record BooleanLiteral(TextSpan Span, bool? Value) : Expression(Span);

public sealed record NullLiteral(TextSpan Span) : Expression(Span);

/// <summary>DATE '…', TIME '…', TIMESTAMP '…'; the kind in upper case.</summary>
public sealed record DateTimeLiteral(TextSpan Span, string Kind, string Text) : Expression(Span);

/// <summary>INTERVAL '1 02:03' DAY TO MINUTE.</summary>
public sealed record IntervalLiteral(TextSpan Span, bool Negative, string Text, IntervalQualifier Qualifier) : Expression(Span);

/// <param name="LeadingPrecision">DAY(3): 3; digits of the leading field, or null for the default of 2.</param>
public sealed record IntervalQualifier(TextSpan Span, string From, int? LeadingPrecision, string? To, int? FractionPrecision) : Node(Span);

/// <summary>A prefix operator: -, +, NOT.</summary>
public sealed record UnaryExpression(TextSpan Span, string Operator, Expression Operand) : Expression(Span);

/// <summary>An infix operator, upper case: arithmetic, comparison, AND, OR, ||, OVERLAPS.</summary>
public sealed record BinaryExpression(TextSpan Span, string Operator, Expression Left, Expression Right) : Expression(Span);

public sealed record BetweenExpression(TextSpan Span, Expression Operand, bool Not, bool Symmetric, Expression Low, Expression High) : Expression(Span);

public sealed record InListExpression(TextSpan Span, Expression Operand, bool Not, ImmutableArray<Expression> Items) : Expression(Span);

public sealed record InQueryExpression(TextSpan Span, Expression Operand, bool Not, Query Query) : Expression(Span);

/// <param name="Operator">LIKE, SIMILAR TO or RLIKE.</param>
public sealed record LikeExpression(TextSpan Span, Expression Operand, bool Not, string Operator, Expression Pattern, Expression? Escape) : Expression(Span);

/// <param name="Test">NULL, TRUE, FALSE, UNKNOWN, JSON, JSON VALUE, JSON OBJECT, JSON ARRAY, JSON SCALAR.</param>
public sealed record IsExpression(TextSpan Span, Expression Operand, bool Not, string Test) : Expression(Span);

public sealed record IsDistinctExpression(TextSpan Span, Expression Left, bool Not, Expression Right) : Expression(Span);

public sealed record ExistsExpression(TextSpan Span, Query Query) : Expression(Span);

/// <summary>A query in parentheses as a value.</summary>
public sealed record SubqueryExpression(TextSpan Span, Query Query) : Expression(Span);

public sealed record CaseExpression(TextSpan Span, Expression? Operand, ImmutableArray<WhenClause> Whens, Expression? Else) : Expression(Span);

/// <param name="Conditions">Several only in the form CASE x WHEN 1, 2 THEN ….</param>
public sealed record WhenClause(TextSpan Span, ImmutableArray<Expression> Conditions, Expression Result) : Node(Span);

/// <param name="Try">TRY_CAST: NULL instead of a failure.</param>
public sealed record CastExpression(TextSpan Span, Expression Operand, TypeSyntax Type, bool Try) : Expression(Span);

/// <summary>A call, with everything that may stand around the arguments of an aggregate.</summary>
/// <param name="Niladic">Written without parentheses: CURRENT_TIMESTAMP.</param>
/// <param name="Nulls">IGNORE NULLS or RESPECT NULLS, or null.</param>
public sealed record CallExpression(
    TextSpan Span, Name Function, bool Distinct, ImmutableArray<Argument> Arguments, bool Niladic,
    ImmutableArray<OrderItem> OrderBy, string? Nulls, Expression? Filter, WindowSpec? Over, Identifier? OverName) : Expression(Span);

/// <summary>An argument, by position or name =&gt; value.</summary>
public sealed record Argument(TextSpan Span, Identifier? Name, Expression Value) : Node(Span);

/// <summary>A time unit as an argument: EXTRACT(YEAR FROM …), TIMESTAMPADD(DAY, …).</summary>
public sealed record UnitExpression(TextSpan Span, string Unit) : Expression(Span);

/// <summary>EXTRACT(unit FROM value).</summary>
public sealed record ExtractExpression(TextSpan Span, string Unit, Expression Value) : Expression(Span);

/// <summary>FLOOR(value TO unit), CEIL(value TO unit).</summary>
public sealed record RoundToExpression(TextSpan Span, string Function, Expression Value, string Unit) : Expression(Span);

/// <param name="Side">BOTH, LEADING or TRAILING.</param>
/// <param name="Characters">What is cut off, or null for blanks.</param>
public sealed record TrimExpression(TextSpan Span, string Side, Expression? Characters, Expression Value) : Expression(Span);

/// <summary>(a, b) or ROW(a, b).</summary>
public sealed record RowExpression(TextSpan Span, ImmutableArray<Expression> Items) : Expression(Span);

public sealed record ArrayExpression(TextSpan Span, ImmutableArray<Expression> Items) : Expression(Span);

/// <summary>MAP[k1, v1, k2, v2].</summary>
public sealed record MapExpression(TextSpan Span, ImmutableArray<Expression> Items) : Expression(Span);

/// <summary>value.field, where value is no name.</summary>
public sealed record FieldExpression(TextSpan Span, Expression Value, Identifier Field) : Expression(Span);

public sealed record IndexExpression(TextSpan Span, Expression Value, Expression Index) : Expression(Span);

/// <summary>(a - b) DAY TO SECOND: the difference of two points in time.</summary>
public sealed record DifferenceExpression(TextSpan Span, Expression Left, Expression Right, IntervalQualifier Qualifier) : Expression(Span);

/// <summary>TABLE t [PARTITION BY …] [ORDER BY …] as the argument of a table function; a query may stand for the table.</summary>
public sealed record TableArgument(
    TextSpan Span, Name? Table, Query? Query, ImmutableArray<Expression> PartitionBy, ImmutableArray<OrderItem> OrderBy) : Expression(Span);

/// <summary>DESCRIPTOR(column, …).</summary>
public sealed record DescriptorExpression(TextSpan Span, ImmutableArray<Identifier> Columns) : Expression(Span);

/// <summary>A JSON function with keys or clauses: JSON_VALUE(j, '$.a' RETURNING INT NULL ON EMPTY), JSON_OBJECT(KEY 'a' VALUE 1).</summary>
public sealed record JsonExpression(TextSpan Span, string Function, ImmutableArray<JsonArgument> Arguments, ImmutableArray<JsonClause> Clauses) : Expression(Span);

public sealed record JsonArgument(TextSpan Span, Expression? Key, Expression Value) : Node(Span);

/// <param name="Text">the clause's words; DEFAULT ON … has its value apart.</param>
public sealed record JsonClause(TextSpan Span, string Text, Expression? Value, TypeSyntax? Returning) : Node(Span);
