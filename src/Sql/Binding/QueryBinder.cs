using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Queries: common tables, set operations, VALUES, ORDER BY and LIMIT. SELECT and FROM stand in files of their own.</summary>
internal sealed partial class QueryBinder(Catalog catalog, IFunctions functions, DiagnosticBag diagnostics)
{
    /// <summary>Names that WITH gives, innermost last.</summary>
    private ImmutableList<(string Name, BoundQuery? Query)> _common = [];

    /// <summary>The bound query, or null after a finding.</summary>
    public BoundQuery? Bind(Query query)
    {
        ImmutableList<(string, BoundQuery?)> outer = _common;
        try
        {
            foreach (CommonTable table in query.With)
            {
                BoundQuery? bound = Bind(table.Query);
                if (bound is not null && table.Columns.Length > 0) bound = Rename(bound, table.Columns, table.Name.Span);
                _common = _common.Add((table.Name.Name, bound));
            }
            BoundQuery? body = query.OrderBy.Length > 0 && query.Body is Select select ? BindSelect(select, query.OrderBy) : BindBody(query.Body);
            if (body is null) return null;
            bool sorted = query.OrderBy.Length > 0 && query.Body is Select;
            return BindOrder(query, body, sorted);
        }
        finally { _common = outer; }
    }

    /// <summary>A view's query with the view's column names.</summary>
    public BoundQuery? BindView(CreateView view)
    {
        BoundQuery? query = Bind(view.Query);
        return query is null || view.Columns.Length == 0 ? query : Rename(query, view.Columns, view.View.Span);
    }

    private BoundQuery? BindOrder(Query query, BoundQuery body, bool sorted)
    {
        long offset = 0;
        long? limit = null;
        if (query.Limit is not null && (limit = BindCount(query.Limit, "LIMIT")) is null) return null;
        if (query.Offset is not null)
        {
            if (BindCount(query.Offset, "OFFSET") is not long rows) return null;
            offset = rows;
        }
        if (sorted)
        {
            // The select has bound its own ORDER BY, which may see more than the select list.
            var order = (BoundOrder)body with { Limit = limit, Offset = offset };
            if (order.Visible == order.Columns.Length) return order;
            ImmutableArray<RelColumn> visible = order.Columns[..order.Visible];
            return new BoundSelect(order, null, null, null, null, [], null, [.. visible.Select((c, i) => new ColumnExpr(i, c.Type))], false, visible);
        }
        if (query.OrderBy.Length == 0 && limit is null && offset == 0) return body;
        var keys = ImmutableArray.CreateBuilder<SortKeyExpr>();
        foreach (OrderItem item in query.OrderBy)
        {
            var binder = new ExpressionBinder(Scope.Of(null, body.Columns), functions, diagnostics);
            SortKeyExpr key = OrdinalKey(item, body.Columns) ?? binder.BindSortKey(item);
            if (key.Value is BadExpr) return null;
            keys.Add(key);
        }
        return new BoundOrder(body, keys.ToImmutable(), offset, limit, body.Columns);
    }

    /// <summary>ORDER BY 2: the second column.</summary>
    private SortKeyExpr? OrdinalKey(OrderItem item, ImmutableArray<RelColumn> columns)
    {
        if (item.Value is not NumberLiteral { Approximate: false } number || !int.TryParse(number.Text, out int ordinal)) return null;
        Expr value = new BadExpr();
        if (ordinal >= 1 && ordinal <= columns.Length) value = new ColumnExpr(ordinal - 1, columns[ordinal - 1].Type);
        else diagnostics.Error(Codes.UnknownColumn, item.Span, $"there is no column {ordinal} in the select list");
        return new SortKeyExpr(value, item.Descending, item.NullsFirst ?? !item.Descending);
    }

    private long? BindCount(Expression syntax, string clause)
    {
        if (syntax is NumberLiteral { Approximate: false } number && long.TryParse(number.Text, out long rows)) return rows;
        diagnostics.Error(Codes.InvalidLiteral, syntax.Span, $"{clause} takes a number of rows");
        return null;
    }

    private BoundQuery? BindBody(QueryBody body)
    {
        switch (body)
        {
            case Select s: return BindSelect(s, []);
            case NestedBody n: return Bind(n.Query);
            case TableBody t: return BindNamed(new NamedTable(t.Span, t.Table, [], null, null))?.Query;
            case ValuesBody v: return BindValues(v);
            case SetOperation o: return BindSetOperation(o);
            default: throw new ArgumentException($"unknown query {body.GetType().Name}", nameof(body));
        }
    }

    private BoundValues? BindValues(ValuesBody v)
    {
        var binder = new ExpressionBinder(Scope.Empty, functions, diagnostics);
        var rows = new List<Expr[]>();
        foreach (RowExpression row in v.Rows)
        {
            Expr[] items = [.. row.Items.Select(binder.Bind)];
            if (items.Any(e => e is BadExpr)) return null;
            if (rows.Count > 0 && rows[0].Length != items.Length)
            {
                diagnostics.Error(Codes.ColumnCount, row.Span, $"this row has {items.Length} values, the first one {rows[0].Length}");
                return null;
            }
            rows.Add(items);
        }
        var columns = ImmutableArray.CreateBuilder<RelColumn>();
        for (int c = 0; c < rows[0].Length; c++)
        {
            if (TypeRules.Common(rows.Select(r => r[c].Type)) is not { } type)
            {
                diagnostics.Error(Codes.TypeMismatch, v.Rows[0].Items[c].Span, $"the values of column {c + 1} have no type in common");
                return null;
            }
            columns.Add(new RelColumn($"EXPR${c}", type));
        }
        return new BoundValues([.. rows.Select(r => r.Select((e, c) => Casts.To(e, columns[c].Type)).ToImmutableArray())], columns.ToImmutable());
    }

    private BoundSetOperation? BindSetOperation(SetOperation o)
    {
        BoundQuery? left = BindBody(o.Left), right = BindBody(o.Right);
        if (left is null || right is null) return null;
        if (left.Columns.Length != right.Columns.Length)
        {
            diagnostics.Error(Codes.ColumnCount, o.Right.Span, $"{o.Operator} of {left.Columns.Length} and {right.Columns.Length} columns");
            return null;
        }
        var columns = ImmutableArray.CreateBuilder<RelColumn>();
        for (int c = 0; c < left.Columns.Length; c++)
        {
            RelColumn a = left.Columns[c], b = right.Columns[c];
            if (TypeRules.Common(a.Type, b.Type) is not { } type)
            {
                diagnostics.Error(Codes.TypeMismatch, o.Right.Span, $"column {c + 1} is {a.Type.WithNullable(true)} on the left and {b.Type.WithNullable(true)} on the right",
                    "CAST one of them");
                return null;
            }
            // A time attribute on both sides stays one: the watermark of a union is the lower of the two.
            columns.Add(new RelColumn(a.Name, type, a.Time == b.Time && o is { Operator: "UNION", All: true } ? a.Time : TimeKind.None));
        }
        ImmutableArray<RelColumn> result = columns.ToImmutable();
        return new BoundSetOperation(o.Operator, o.All, CastTo(left, result), CastTo(right, result), result);
    }

    /// <summary>The query with its columns cast to the given types.</summary>
    private static BoundQuery CastTo(BoundQuery query, ImmutableArray<RelColumn> columns)
    {
        bool same = query.Columns.Zip(columns).All(p => TypeRules.SameButNullability(p.First.Type, p.Second.Type));
        if (same) return query;
        ImmutableArray<Expr> items = [.. query.Columns.Select((c, i) => Casts.To(new ColumnExpr(i, c.Type), columns[i].Type))];
        return new BoundSelect(query, null, null, null, null, [], null, items, false, [.. columns.Select((c, i) => c with { Type = items[i].Type })]);
    }

    private BoundQuery? Rename(BoundQuery query, ImmutableArray<Identifier> names, TextSpan span)
    {
        if (names.Length != query.Columns.Length)
        {
            diagnostics.Error(Codes.ColumnCount, span, $"{names.Length} names for {query.Columns.Length} columns");
            return null;
        }
        return query with { Columns = [.. query.Columns.Select((c, i) => c with { Name = names[i].Name })] };
    }
}
