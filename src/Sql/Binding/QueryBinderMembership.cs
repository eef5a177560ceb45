using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>
/// WHERE x IN (query): a join with the query's distinct rows, which keeps each row once. Where x or all of the query's values are NULL the condition is not TRUE,
/// as in the join. (NOT IN means something else with NULLs and is no such join.)
/// </summary>
internal sealed partial class QueryBinder
{
    /// <summary>The input joined for each IN among the conjuncts of WHERE, and what is left of WHERE; null after a finding.</summary>
    private (Source Input, Expression? Others)? BindMembership(Source input, Expression? where)
    {
        if (where is null) return (input, null);
        Expression? rest = null;
        foreach (Expression conjunct in Conjuncts(where))
        {
            if (conjunct is InQueryExpression { Not: false } member)
            {
                if (Join(input, member) is not { } joined) return null;
                input = joined;
            }
            else
            {
                rest = rest is null ? conjunct : new BinaryExpression(rest.Span.To(conjunct.Span), "AND", rest, conjunct);
            }
        }
        return (input, rest);
    }

    private static IEnumerable<Expression> Conjuncts(Expression e) =>
        e is BinaryExpression { Operator: "AND" } and ? Conjuncts(and.Left).Concat(Conjuncts(and.Right)) : [e];

    private Source? Join(Source input, InQueryExpression member)
    {
        BoundQuery? query = Bind(member.Query);
        var binder = new ExpressionBinder(input.Scope, functions, diagnostics);
        ImmutableArray<Expression> parts = member.Operand is RowExpression row ? row.Items : [member.Operand];
        Expr[] values = [.. parts.Select(binder.Bind)];
        if (query is null || values.Any(v => v is BadExpr)) return null;
        if (values.Length != query.Columns.Length)
        {
            diagnostics.Error(Codes.ColumnCount, member.Query.Span, $"IN compares {values.Length} values with a query of {query.Columns.Length} columns");
            return null;
        }
        int width = input.Query.Columns.Length;
        var equal = new List<Expr>();
        for (int i = 0; i < values.Length; i++)
        {
            SqlType type = query.Columns[i].Type;
            if (TypeRules.Common(values[i].Type, type) is not { } common)
            {
                diagnostics.Error(Codes.TypeMismatch, member.Span, $"cannot compare {values[i].Type.WithNullable(true)} with {type.WithNullable(true)}");
                return null;
            }
            if (common.IsText) common = SqlType.String;
            Expr left = Casts.To(values[i], common), right = Casts.To(new ColumnExpr(width + i, type), common);
            equal.Add(new CallExpr("=", [left, right], SqlType.Boolean.WithNullable(left.Type.Nullable || right.Type.Nullable)));
        }
        var distinct = new BoundSelect(query, null, null, null, null, [], null, [.. query.Columns.Select((c, i) => new ColumnExpr(i, c.Type))], true, [.. query.Columns.Select(c => c.Plain())]);
        var join = new BoundJoin(JoinKind.Inner, input.Query, distinct, ExprTree.And(equal), [.. input.Query.Columns, .. distinct.Columns]);
        // Only the input's columns go on, under their old names.
        var kept = new BoundSelect(join, null, null, null, null, [], null, [.. input.Query.Columns.Select((c, i) => new ColumnExpr(i, c.Type))], false, input.Query.Columns);
        return new Source(kept, input.Scope);
    }
}
