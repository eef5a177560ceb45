using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>
/// WHERE x IN (query), EXISTS (query) and their negations, as conjuncts of WHERE: semi and anti joins. The WHERE of a subquery that neither groups nor combines may name
/// columns of the query around it: it becomes part of the join's condition.
/// </summary>
internal sealed partial class QueryBinder
{
    /// <summary>A subquery as the right side of a join: its rows, and what it says of them together with the left side's columns (over left ++ right).</summary>
    private sealed record Subquery(BoundQuery Rows, ImmutableArray<Expr> Items, Expr? Condition);

    /// <summary>The input joined for each subquery among the conjuncts of WHERE, and what is left of WHERE; null after a finding.</summary>
    private (Source Input, Expression? Others)? BindMembership(Source input, Expression? where)
    {
        if (where is null) return (input, null);
        Expression? rest = null;
        foreach (Expression conjunct in Conjuncts(where))
        {
            bool not = conjunct is UnaryExpression { Operator: "NOT" };
            switch (not ? ((UnaryExpression)conjunct).Operand : conjunct)
            {
                case InQueryExpression i:
                    if (Join(input, i, i.Not != not) is not { } member) return null;
                    input = member;
                    break;
                case ExistsExpression e:
                    if (BindSubquery(e.Query, input.Scope, []) is not { } subquery) return null;
                    input = Filtered(input, subquery.Rows, subquery.Condition, not ? JoinKind.Anti : JoinKind.Semi);
                    break;
                default:
                    rest = rest is null ? conjunct : new BinaryExpression(rest.Span.To(conjunct.Span), "AND", rest, conjunct);
                    break;
            }
        }
        return (input, rest);
    }

    /// <summary>NOT (a OR b) is NOT a AND NOT b, where that sets a subquery free.</summary>
    private static IEnumerable<Expression> Conjuncts(Expression e) => e switch
    {
        BinaryExpression { Operator: "AND" } and => Conjuncts(and.Left).Concat(Conjuncts(and.Right)),
        UnaryExpression { Operator: "NOT", Operand: UnaryExpression { Operator: "NOT" } twice } => Conjuncts(twice.Operand),
        UnaryExpression { Operator: "NOT", Operand: BinaryExpression { Operator: "OR" } or } n when HasSubquery(or) =>
            Conjuncts(new UnaryExpression(n.Span, "NOT", or.Left)).Concat(Conjuncts(new UnaryExpression(n.Span, "NOT", or.Right))),
        _ => [e],
    };

    private static bool HasSubquery(Expression e) => e switch
    {
        InQueryExpression or ExistsExpression => true,
        BinaryExpression b => HasSubquery(b.Left) || HasSubquery(b.Right),
        UnaryExpression u => HasSubquery(u.Operand),
        _ => false,
    };

    private static Source Filtered(Source input, BoundQuery rows, Expr? condition, JoinKind kind) =>
        new(new BoundJoin(kind, input.Query, rows, condition, input.Query.Columns), input.Scope);

    private Source? Join(Source input, InQueryExpression member, bool not)
    {
        var binder = new ExpressionBinder(input.Scope, functions, diagnostics);
        ImmutableArray<Expression> parts = member.Operand is RowExpression row ? row.Items : [member.Operand];
        Expr[] values = [.. parts.Select(binder.Bind)];
        if (values.Any(v => v is BadExpr)) return null;
        if (BindSubquery(member.Query, input.Scope, parts) is not { } subquery) return null;
        if (values.Length != subquery.Items.Length)
        {
            diagnostics.Error(Codes.ColumnCount, member.Query.Span, $"IN compares {values.Length} values with a query of {subquery.Items.Length} columns");
            return null;
        }
        var equal = new List<Expr>();
        for (int i = 0; i < values.Length; i++)
        {
            SqlType type = subquery.Items[i].Type;
            if (TypeRules.Common(values[i].Type, type) is not { } common)
            {
                diagnostics.Error(Codes.TypeMismatch, member.Span, $"cannot compare {values[i].Type.WithNullable(true)} with {type.WithNullable(true)}");
                return null;
            }
            if (common.IsText) common = SqlType.String;
            Expr left = Casts.To(values[i], common), right = Casts.To(subquery.Items[i], common);
            equal.Add(new CallExpr("=", [left, right], SqlType.Boolean.WithNullable(left.Type.Nullable || right.Type.Nullable)));
        }
        Expr same = ExprTree.And(equal)!;
        // x NOT IN (…) holds when no comparison is TRUE or unknown.
        if (not && same.Type.Nullable) same = new CallExpr("IS NOT FALSE", [same], SqlType.Boolean.NotNull);
        return Filtered(input, subquery.Rows, ExprTree.And([same, .. subquery.Condition is null ? (Expr[])[] : [subquery.Condition]]), not ? JoinKind.Anti : JoinKind.Semi);
    }

    /// <param name="wanted">values that its items are compared with; none: nobody looks at the items.</param>
    private Subquery? BindSubquery(Query query, Scope outer, ImmutableArray<Expression> wanted)
    {
        int width = outer.Columns.Length;
        if (!IsPlain(query))
        {
            BoundQuery? whole = Bind(query);
            return whole is null ? null : new Subquery(whole, [.. whole.Columns.Select((c, i) => new ColumnExpr(width + i, c.Type))], null);
        }
        var select = (Select)query.Body;
        if (BindFrom(select.From!) is not { } from || BindMembership(from, select.Where) is not var (rows, where)) return null;
        int before = diagnostics.Items.Count;
        Scope scope = Scope.Nested(outer, rows.Scope);
        var binder = new ExpressionBinder(scope, functions, diagnostics);
        Expr? condition = where is null ? null : binder.BindCondition(where, "WHERE");
        Expr[] items = [];
        if (wanted.Length > 0)
            items = [.. BindItems(select.Items, binder, rows.Scope).Select(i => i.Column is null ? i.Value : ExprTree.Remap(i.Value, c => c + width))];
        if (diagnostics.Items.Count > before || items.Any(i => i is BadExpr)) return null;
        return new Subquery(rows.Query, [.. items], condition);
    }

    /// <summary>SELECT … FROM … WHERE …, and nothing that makes other rows of it.</summary>
    private static bool IsPlain(Query query) =>
        query is { With.Length: 0, OrderBy.Length: 0, Limit: null, Offset: null, Body: Select { From: not null, GroupBy.Length: 0, Having: null, Qualify: null, Distinct: false } s }
        && !s.Items.Any(i => HasCall(i.Value));

    // An aggregate makes one row of all; a call of any kind is left to the ordinary way.
    private static bool HasCall(Expression e) => e switch
    {
        NameExpression or NumberLiteral or StringLiteral or NullLiteral or BooleanLiteral or StarExpression => false,
        BinaryExpression b => HasCall(b.Left) || HasCall(b.Right),
        UnaryExpression u => HasCall(u.Operand),
        CastExpression c => HasCall(c.Operand),
        _ => true,
    };
}
