using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>GROUP BY: turns what a select says over its input into what it says over keys and aggregates.</summary>
internal sealed class GroupingBinder(ImmutableArray<RelColumn> input, ExpressionBinder binder, DiagnosticBag diagnostics)
{
    /// <summary>More sets than this are a slip: CUBE of 8 keys has 256.</summary>
    private const int MaxSets = 256;

    private readonly List<Expr> _keys = [];
    private readonly List<RelColumn> _keyColumns = [];
    private readonly List<BoundAggregate> _aggregates = [];
    private readonly List<GroupingExpr> _functions = [];

    /// <summary>Positions of the keys of each grouping set.</summary>
    private List<int[]> _sets = [[]];

    /// <summary>The window of GROUP BY TUMBLE(…) and its kin.</summary>
    public WindowFunction? Window { get; private set; }

    public void BindKeys(ImmutableArray<GroupingElement> elements, ExpressionBinder keyBinder)
    {
        // Several elements multiply: GROUP BY a, CUBE (b, c) has four sets, each with a.
        foreach (GroupingElement element in elements)
        {
            List<int[]> own = Sets(element, keyBinder);
            _sets = [.. _sets.SelectMany(s => own.Select(o => s.Union(o).ToArray()))];
            if (_sets.Count <= MaxSets) continue;
            diagnostics.Error(Codes.WrongArguments, element.Span, $"more than {MaxSets} grouping sets");
            _sets = [[]];
            return;
        }
        if (Window is not null) AddWindowKeys(Window);
        for (int i = 0; i < _keys.Count; i++)
        {
            if (_sets.TrueForAll(s => s.Contains(i))) continue;
            _keyColumns[i] = _keyColumns[i].Plain() with { Type = _keyColumns[i].Type.WithNullable(true) };
        }
    }

    private List<int[]> Sets(GroupingElement element, ExpressionBinder keyBinder)
    {
        switch (element)
        {
            case GroupingKey key:
                return [Keys(key.Value is RowExpression row ? row.Items : [key.Value], keyBinder)];
            case GroupingTuple tuple:
                return [Keys(tuple.Values, keyBinder)];
            case GroupingSets { Kind: "GROUPING SETS" } sets:
                return [.. sets.Elements.SelectMany(e => Sets(e, keyBinder))];
            case GroupingSets { Kind: "ROLLUP" } rollup:
                List<int[]> parts = [.. rollup.Elements.SelectMany(e => Sets(e, keyBinder))];
                return [.. Enumerable.Range(0, parts.Count + 1).Reverse().Select(n => parts.Take(n).SelectMany(p => p).Distinct().ToArray())];
            case GroupingSets cube:
                List<int[]> members = [.. cube.Elements.SelectMany(e => Sets(e, keyBinder))];
                if (members.Count > 8) { diagnostics.Error(Codes.WrongArguments, cube.Span, $"more than {MaxSets} grouping sets"); return [[]]; }
                return [.. Enumerable.Range(0, 1 << members.Count).Reverse().Select(bits => members.Where((_, i) => (bits >> (members.Count - 1 - i) & 1) != 0).SelectMany(p => p).Distinct().ToArray())];
            default:
                throw new ArgumentException($"unknown grouping {element.GetType().Name}", nameof(element));
        }
    }

    private int[] Keys(ImmutableArray<Expression> syntax, ExpressionBinder keyBinder) =>
        [.. syntax.Select(e => AddKey(keyBinder.Bind(e), e)).Where(k => k >= 0).Distinct()];

    /// <summary>The key's position, or −1 for a window or after a finding.</summary>
    private int AddKey(Expr key, Expression syntax)
    {
        if (key is BadExpr) return -1;
        if (key is GroupWindowExpr window)
        {
            if (window.Role != WindowRole.None || Window is not null)
                diagnostics.Error(Codes.WindowArguments, syntax.Span, window.Role != WindowRole.None ? "group by the window itself, not by its bounds" : "a query groups by one window, this is the second");
            else Window = window.Window;
            return -1;
        }
        int known = _keys.IndexOf(key);
        if (known >= 0) return known;
        _keys.Add(key);
        // Only the window's own columns keep their meaning through a grouping.
        RelColumn column = key is ColumnExpr c ? input[c.Index] : new RelColumn($"k{_keys.Count - 1}$", key.Type);
        _keyColumns.Add(column.Window == WindowRole.None ? column.Plain() : column);
        return _keys.Count - 1;
    }

    private void AddWindowKeys(WindowFunction window)
    {
        int at = input.Length;
        int first = _keys.Count;
        foreach (RelColumn column in GroupWindows.Columns(input[window.TimeColumn]))
        {
            _keys.Add(new ColumnExpr(at++, column.Type));
            _keyColumns.Add(column);
        }
        _sets = [.. _sets.Select(s => s.Concat([first, first + 1, first + 2]).ToArray())];
    }

    /// <summary>Takes note of the aggregates and grouping functions in an expression: all of them before the first <see cref="Rewrite"/>.</summary>
    public void Collect(Expr e)
    {
        foreach (Expr part in ExprTree.All(e))
        {
            if (part is AggregateExpr a && !_aggregates.Contains(a.Call)) _aggregates.Add(a.Call);
            if (part is GroupingExpr g && !_functions.Contains(g)) _functions.Add(g);
        }
    }

    /// <summary>The expression over keys ++ aggregates ++ grouping functions. A column that is neither is a finding.</summary>
    public Expr Rewrite(Expr e, TextSpan span) => ExprTree.Rewrite(e, x =>
    {
        int key = _keys.IndexOf(x);
        if (key >= 0) return new ColumnExpr(key, _keyColumns[key].Type);
        switch (x)
        {
            case AggregateExpr a:
                return new ColumnExpr(_keys.Count + _aggregates.IndexOf(a.Call), a.Type);
            case GroupingExpr g:
                if (g.Arguments.All(_keys.Contains)) return new ColumnExpr(_keys.Count + _aggregates.Count + _functions.IndexOf(g), g.Type);
                diagnostics.Error(Codes.WrongArguments, span, $"{g.Function} takes keys of GROUP BY");
                return x;
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
        if (w.Role == WindowRole.None || Window is null || w.Window != Window)
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
        ImmutableArray<RelColumn> columns =
        [
            .. _keyColumns,
            .. _aggregates.Select((a, i) => new RelColumn($"a{i}$", a.Type)),
            .. _functions.Select((f, i) => new RelColumn($"g{i}$", f.Type)),
        ];
        return new BoundGrouping([.. _keys], [.. _aggregates], columns, [.. _sets.Select(s => s.Order().ToImmutableArray())],
            [.. _functions.Select(f => _sets.Select((_, s) => Value(f, s)).ToImmutableArray())]);
    }

    /// <summary>GROUPING: a bit an argument, set where the key is not in the set. GROUP_ID: how many equal sets stand before.</summary>
    private long Value(GroupingExpr f, int set)
    {
        if (f.Function == "GROUP_ID") return _sets.Take(set).Count(s => s.ToHashSet().SetEquals(_sets[set]));
        return f.Arguments.Aggregate(0L, (bits, a) => bits << 1 | (_sets[set].Contains(_keys.IndexOf(a)) ? 0L : 1L));
    }
}
