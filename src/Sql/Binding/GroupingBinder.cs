using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>GROUP BY: turns what a select says over its input into what it says over keys and aggregates.</summary>
internal sealed class GroupingBinder(ImmutableArray<RelColumn> input, ExpressionBinder binder, DiagnosticBag diagnostics)
{
    private readonly List<Expr> _keys = [];
    private readonly List<RelColumn> _keyColumns = [];
    private readonly List<BoundAggregate> _aggregates = [];

    /// <summary>The window of GROUP BY TUMBLE(…) and its kin.</summary>
    public WindowFunction? Window { get; private set; }

    public void BindKeys(ImmutableArray<GroupingElement> elements, ExpressionBinder keyBinder)
    {
        foreach (GroupingElement element in elements)
        {
            if (element is not GroupingKey key)
            {
                if (element is GroupingTuple { Values.Length: 0 }) continue; // GROUP BY (): one group
                diagnostics.Error(Codes.NotSupported, element.Span, "GROUPING SETS, CUBE and ROLLUP are not supported yet", "write a UNION ALL of several GROUP BY");
                continue;
            }
            Expression[] parts = key.Value is RowExpression row ? [.. row.Items] : [key.Value];
            foreach (Expression part in parts) AddKey(keyBinder.Bind(part), part);
        }
        if (Window is not null) AddWindowKeys(Window);
    }

    private void AddKey(Expr key, Expression syntax)
    {
        if (key is BadExpr) return;
        if (key is GroupWindowExpr window)
        {
            if (window.Role != WindowRole.None || Window is not null)
                diagnostics.Error(Codes.WindowArguments, syntax.Span, window.Role != WindowRole.None ? "group by the window itself, not by its bounds" : "a query groups by one window, this is the second");
            else Window = window.Window;
            return;
        }
        if (_keys.Contains(key)) return;
        _keys.Add(key);
        // Only the window's own columns keep their meaning through a grouping.
        RelColumn column = key is ColumnExpr c ? input[c.Index] : new RelColumn($"k{_keys.Count - 1}$", key.Type);
        _keyColumns.Add(column.Window == WindowRole.None ? column.Plain() : column);
    }

    private void AddWindowKeys(WindowFunction window)
    {
        // Sessions of different keys are apart.
        if (window.Kind == WindowKind.Session)
            Window = window with { PartitionBy = [.. _keys.OfType<ColumnExpr>().Select(c => c.Index)] };
        if (window.Kind == WindowKind.Session && _keys.Exists(k => k is not ColumnExpr))
            diagnostics.Error(Codes.NotSupported, default, "SESSION groups by columns only", "compute the key in a subquery");
        int at = input.Length;
        foreach (RelColumn column in GroupWindows.Columns(input[window.TimeColumn]))
        {
            _keys.Add(new ColumnExpr(at++, column.Type));
            _keyColumns.Add(column);
        }
    }

    /// <summary>The expression over keys ++ aggregates. A column that is neither is a finding.</summary>
    public Expr Rewrite(Expr e, TextSpan span) => ExprTree.Rewrite(e, x =>
    {
        int key = _keys.IndexOf(x);
        if (key >= 0) return new ColumnExpr(key, x.Type);
        switch (x)
        {
            case AggregateExpr a:
                int index = _aggregates.IndexOf(a.Call);
                if (index < 0) { index = _aggregates.Count; _aggregates.Add(a.Call); }
                return new ColumnExpr(_keys.Count + index, a.Type);
            case GroupWindowExpr w:
                return WindowBound(w, span);
            case ColumnExpr c:
                diagnostics.Error(Codes.NotGrouped, binder.SpanOf(x, span), $"'{input[c.Index].Name}' is neither grouped nor aggregated",
                    $"add it to GROUP BY, or aggregate it: MAX({input[c.Index].Name})");
                return x;
            default:
                return null;
        }
    });

    private Expr WindowBound(GroupWindowExpr w, TextSpan span)
    {
        if (w.Role == WindowRole.None || Window is null || w.Window != Window with { PartitionBy = [] })
        {
            diagnostics.Error(Codes.WindowArguments, span, "no such window in GROUP BY", "bounds of a window repeat the arguments of the window in GROUP BY");
            return w;
        }
        // The window's columns are the last three keys, in the order of the roles.
        int key = _keys.Count - 3 + (w.Role - WindowRole.Start);
        return new ColumnExpr(key, _keyColumns[key].Type);
    }

    public BoundGrouping Build()
    {
        // Without keys there is one group, which may have no rows that count.
        ImmutableArray<BoundAggregate> aggregates = [.. _aggregates];
        ImmutableArray<RelColumn> columns = [.. _keyColumns, .. aggregates.Select((a, i) => new RelColumn($"a{i}$", a.Type))];
        return new BoundGrouping([.. _keys], aggregates, columns);
    }
}
