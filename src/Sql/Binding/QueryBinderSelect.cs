using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>SELECT.</summary>
internal sealed partial class QueryBinder
{
    private static readonly string[] s_hints = [StateTtl.Name, "LOOKUP", "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN"];

    /// <summary>Of the SELECT whose FROM is being bound.</summary>
    private StateTtl _ttl = new([], diagnostics);

    private BoundQuery? BindSelect(Select s, ImmutableArray<OrderItem> orderBy)
    {
        StateTtl outer = _ttl;
        _ttl = new StateTtl(s.Hints.Where(h => h.Name.Name == StateTtl.Name), diagnostics);
        try { return BindHinted(s, orderBy); }
        finally { _ttl = outer; }
    }

    private BoundQuery? BindHinted(Select s, ImmutableArray<OrderItem> orderBy)
    {
        foreach (Hint hint in s.Hints.Where(h => h.Name.Name != StateTtl.Name))
        {
            if (s_hints.Contains(hint.Name.Name)) diagnostics.Error(Codes.NotSupported, hint.Name.Span, $"the hint {hint.Name.Name} is not supported yet", "leave it out");
            else diagnostics.Error(Codes.UnknownHint, hint.Name.Span, $"no hint '{hint.Name.Name}'", Suggest.DidYouMean(hint.Name.Name, s_hints));
        }
        Source? input = s.From is null ? new Source(new BoundValues([[]], []), Scope.Empty) : BindFrom(s.From);
        if (input is null) return null;
        int before = diagnostics.Items.Count;
        (Source Input, Expression? Others)? semi = BindMembership(input, s.Where);
        if (semi is null) return null;
        (input, Expression? rest) = semi.Value;
        Expr? where = rest is null ? null : new ExpressionBinder(input.Scope, functions, diagnostics).BindCondition(rest, "WHERE");
        var binder = new ExpressionBinder(input.Scope, functions, diagnostics)
        {
            AllowAggregates = true,
            AllowOver = true,
            AllowGroupWindows = s.GroupBy.Length > 0,
            Windows = s.Windows,
        };
        var grouping = new GroupingBinder(input.Query.Columns, binder, diagnostics);
        grouping.BindKeys(s.GroupBy, new ExpressionBinder(input.Scope, functions, diagnostics) { AllowGroupWindows = true });
        List<(Expr Value, RelColumn? Column, string Name, TextSpan Span)> items = BindItems(s.Items, binder, input.Scope);
        Expr? having = s.Having is null ? null : binder.BindCondition(s.Having, "HAVING");
        Expr? qualify = s.Qualify is null ? null : binder.BindCondition(s.Qualify, "QUALIFY");
        List<SortKeyExpr?> order = [.. orderBy.Select(o => BindOrderItem(o, items, binder))];
        if (diagnostics.Items.Count > before || items.Exists(i => i.Value is BadExpr)) return null;

        bool grouped = s.GroupBy.Length > 0 || having is not null || items.Exists(i => HasAggregate(i.Value));
        if (grouped)
        {
            IEnumerable<Expr?> all = [.. items.Select(i => i.Value), having, qualify, .. order.Select(o => o?.Value)];
            foreach (Expr e in all.OfType<Expr>()) grouping.Collect(e);
        }
        long? ttl = grouped || s.Distinct ? _ttl.Of(s.From) : null;
        _ttl.Check();
        Expr Group(Expr e, TextSpan span) => grouped ? grouping.Rewrite(e, span) : e;
        Expr[] values = [.. items.Select(i => Group(i.Value, i.Span))];
        having = having is null ? null : Group(having, s.Having!.Span);
        qualify = qualify is null ? null : Group(qualify, s.Qualify!.Span);
        for (int i = 0; i < order.Count; i++)
            if (order[i] is { } key) order[i] = key with { Value = Group(key.Value, orderBy[i].Span) };
        if (diagnostics.Items.Count > before) return null;

        BoundGrouping? bound = grouped ? grouping.Build() : null;
        ImmutableArray<RelColumn> visible = bound?.Columns ?? input.Query.Columns;
        var over = new List<OverCall>();
        values = [.. values.Select(v => TakeOver(v, visible.Length, over))];
        qualify = qualify is null ? null : TakeOver(qualify, visible.Length, over);
        visible = [.. visible, .. over.Select((o, i) => new RelColumn($"w{i}$o", o.Type))];
        ImmutableArray<RelColumn> columns = [.. items.Select((item, i) => OutputColumn(item.Name, values[i], visible))];
        var select = new BoundSelect(input.Query, where, grouping.Window, bound, having, [.. over], qualify, [.. values], s.Distinct, columns) { TtlMs = ttl };
        return orderBy.Length == 0 ? select : OrderSelect(select, orderBy, order, values, visible);
    }

    private static bool HasAggregate(Expr e) => ExprTree.All(e).Any(x => x is AggregateExpr);

    /// <summary>Gives OVER calls columns behind the <paramref name="width"/> columns that they see.</summary>
    private static Expr TakeOver(Expr e, int width, List<OverCall> over) => ExprTree.Rewrite(e, x =>
    {
        if (x is not OverExpr o) return null;
        int index = over.IndexOf(o.Call);
        if (index < 0) { index = over.Count; over.Add(o.Call); }
        return new ColumnExpr(width + index, o.Type);
    });

    private static RelColumn OutputColumn(string name, Expr value, ImmutableArray<RelColumn> visible) => value switch
    {
        ColumnExpr c => visible[c.Index] with { Name = name },
        CallExpr when Proctime.Is(value) => new RelColumn(name, value.Type, TimeKind.Processing),
        _ => new RelColumn(name, value.Type),
    };

    private List<(Expr Value, RelColumn? Column, string Name, TextSpan Span)> BindItems(ImmutableArray<SelectItem> syntax, ExpressionBinder binder, Scope scope)
    {
        var items = new List<(Expr, RelColumn?, string, TextSpan)>();
        foreach (SelectItem item in syntax)
        {
            if (item.Value is StarExpression star)
            {
                if (scope.All(star.Qualifier) is { } all && scope.Columns.Length > 0)
                {
                    items.AddRange(all.Select(i => ((Expr)new ColumnExpr(i, scope.Columns[i].Type), (RelColumn?)scope.Columns[i], scope.Columns[i].Name, star.Span)));
                    continue;
                }
                if (star.Qualifier is not null && BindRowStar(star, binder, items)) continue;
                string what = star.Qualifier is null ? "'*' without FROM" : $"no table '{star.Qualifier.Text}' here";
                diagnostics.Error(Codes.UnknownTable, star.Span, what, star.Qualifier is null ? null : Suggest.DidYouMean(star.Qualifier.Text, scope.TableNames));
                items.Add((new BadExpr(), null, "", star.Span));
                continue;
            }
            Expr value = binder.Bind(item.Value);
            string? column = value is ColumnExpr && item.Value is CallExpression { Niladic: true } bare ? bare.Function.Text : ImpliedName(item.Value);
            string name = item.Alias?.Name ?? column ?? $"EXPR${items.Count}";
            items.Add((value, null, name, item.Value.Span));
        }
        return items;
    }

    /// <summary>row.*: one column a field.</summary>
    private static bool BindRowStar(StarExpression star, ExpressionBinder binder, List<(Expr, RelColumn?, string, TextSpan)> items)
    {
        Expr row = binder.Bind(new NameExpression(star.Qualifier!.Span, star.Qualifier));
        if (row is BadExpr || row.Type.Kind != TypeKind.Row) return row is BadExpr && AddBad(items, star.Span);
        for (int i = 0; i < row.Type.Fields.Length; i++)
        {
            Field field = row.Type.Fields[i];
            items.Add((new FieldExpr(row, i, field.Type.WithNullable(field.Type.Nullable || row.Type.Nullable)), null, field.Name, star.Span));
        }
        return true;
    }

    private static bool AddBad(List<(Expr, RelColumn?, string, TextSpan)> items, TextSpan span)
    {
        items.Add((new BadExpr(), null, "", span));
        return true;
    }

    private static string? ImpliedName(Expression value) => value switch
    {
        NameExpression n => n.Name.Last.Name,
        FieldExpression f => f.Field.Name,
        _ => null,
    };

    /// <summary>A key of ORDER BY: a number, a name of the select list, or an expression. Null: refers to output column by name or number (see <see cref="OrderSelect"/>).</summary>
    private static SortKeyExpr? BindOrderItem(OrderItem item, List<(Expr Value, RelColumn? Column, string Name, TextSpan Span)> items, ExpressionBinder binder)
    {
        if (item.Value is NumberLiteral { Approximate: false }) return null;
        if (item.Value is NameExpression { Name.Parts: [var only] } && items.Exists(i => i.Name == only.Name)) return null;
        return binder.BindSortKey(item);
    }

    private BoundOrder? OrderSelect(
        BoundSelect select, ImmutableArray<OrderItem> orderBy, List<SortKeyExpr?> bound, Expr[] values, ImmutableArray<RelColumn> visible)
    {
        int width = select.Columns.Length;
        var keys = ImmutableArray.CreateBuilder<SortKeyExpr>();
        for (int i = 0; i < orderBy.Length; i++)
        {
            OrderItem item = orderBy[i];
            SortKeyExpr? key = OrdinalKey(item, select.Columns[..width]);
            if (key is null)
            {
                int index = bound[i] is { } expression
                    ? Array.IndexOf(values, expression.Value)
                    : select.Columns.ToList().FindIndex(c => c.Name == ((NameExpression)item.Value).Name.Text);
                if (index < 0 && select.Distinct)
                {
                    diagnostics.Error(Codes.UnknownColumn, item.Span, "SELECT DISTINCT is ordered by columns of its select list", "add it to the select list");
                    return null;
                }
                if (index < 0)
                {
                    index = select.Items.Length;
                    Expr hidden = bound[i]!.Value;
                    RelColumn column = hidden is ColumnExpr c && c.Index < visible.Length ? visible[c.Index] : new RelColumn("", hidden.Type);
                    select = select with { Items = select.Items.Add(hidden), Columns = select.Columns.Add(column with { Name = $"s{index}$" }) };
                }
                key = new SortKeyExpr(new ColumnExpr(index, select.Columns[index].Type), item.Descending, item.NullsFirst ?? !item.Descending);
            }
            if (key.Value is BadExpr) return null;
            keys.Add(key);
        }
        return new BoundOrder(select, keys.ToImmutable(), 0, null, select.Columns) { Visible = width };
    }
}
