using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>FROM.</summary>
internal sealed partial class QueryBinder
{
    /// <summary>A relation and how its columns may be called.</summary>
    private sealed record Source(BoundQuery Query, Scope Scope);

    private Source? BindFrom(TableReference table) => table switch
    {
        NamedTable n => BindNamed(n),
        DerivedTable { Lateral: false } d => Aliased(Bind(d.Query), d.Alias, null, d.Span),
        FunctionTable f => BindFunctionTable(f),
        JoinTable j => BindJoin(j),
        DerivedTable d => NotYet(d.Span, "LATERAL is not supported yet", "write it as a join"),
        UnnestTable u => BindUnnest(new Source(new BoundValues([[]], []), Scope.Empty), u, false),
        _ => throw new ArgumentException($"unknown table {table.GetType().Name}", nameof(table)),
    };

    private Source? NotYet(TextSpan span, string message, string? help)
    {
        diagnostics.Error(Codes.NotSupported, span, message, help);
        return null;
    }

    private Source? Aliased(BoundQuery? query, TableAlias? alias, string? name, TextSpan span)
    {
        if (query is null) return null;
        if (alias is { Columns.Length: > 0 }) query = Rename(query, alias.Columns, alias.Span);
        return query is null ? null : new Source(query, Scope.Of(alias?.Name.Name ?? name, query.Columns));
    }

    private Source? BindNamed(NamedTable n)
    {
        if (n.AsOf is not null) return NotYet(n.AsOf.Span, "FOR SYSTEM_TIME AS OF is not supported yet", null);
        foreach (Hint hint in n.Hints.Where(h => h.Name.Name != "OPTIONS"))
        {
            diagnostics.Error(Codes.UnknownHint, hint.Name.Span, $"no hint '{hint.Name.Name}' for a table", Suggest.DidYouMean(hint.Name.Name, ["OPTIONS"]));
            return null;
        }
        BoundQuery? query = Find(n);
        return query is null ? null : Aliased(query, n.Alias, n.Table.Last.Name, n.Span);
    }

    private BoundQuery? Find(NamedTable n)
    {
        if (n.Table.Parts.Length == 1)
        {
            int common = _common.FindLastIndex(c => c.Name == n.Table.Text);
            if (common >= 0) return _common[common].Query;
        }
        string key = Catalog.Key(n.Table);
        if (catalog.Views.TryGetValue(key, out CatalogView? view))
        {
            if (n.Hints.Length == 0) return view.Query;
            diagnostics.Error(Codes.UnknownHint, n.Hints[0].Span, "OPTIONS applies to tables, this is a view");
            return null;
        }
        if (catalog.Tables.TryGetValue(key, out CatalogTable? table))
            return new BoundScan(table, Merge(table.Options, n.Hints), table.QueryColumns);
        diagnostics.Error(Codes.UnknownTable, n.Table.Span, $"no table or view '{n.Table.Text}'",
            Suggest.DidYouMean(key, catalog.Names.Concat(_common.Select(c => c.Name))));
        return null;
    }

    /// <summary>The table's options with those of OPTIONS hints over them.</summary>
    public static ImmutableArray<TableOption> Merge(ImmutableArray<TableOption> options, ImmutableArray<Hint> hints)
    {
        foreach (OptionSyntax option in hints.SelectMany(h => h.Options))
        {
            options = options.RemoveAll(o => o.Key == option.Key.Value);
            options = options.Add(new TableOption(option.Key.Value, option.Value.Value, option.Key.Span, option.Value.Span));
        }
        return options;
    }

    private Source? BindJoin(JoinTable j)
    {
        if (j.Right is UnnestTable unnest) return BindJoinUnnest(j, unnest);
        Source? left = BindFrom(j.Left), right = BindFrom(j.Right);
        if (left is null || right is null) return null;
        if (j.Natural) return NotYet(j.Span, "NATURAL JOIN is not supported", "write the columns in USING");
        JoinKind kind = j.Kind switch { "LEFT" => JoinKind.Left, "RIGHT" => JoinKind.Right, "FULL" => JoinKind.Full, _ => JoinKind.Inner };
        ImmutableArray<RelColumn> both = [.. left.Query.Columns, .. right.Query.Columns];
        Scope inner = Scope.Join(left.Scope, right.Scope, both, []);
        Expr? condition = null;
        var merged = new List<int>();
        if (j.On is not null) condition = new ExpressionBinder(inner, functions, diagnostics).BindCondition(j.On, "ON");
        if (j.Using.Length > 0) condition = BindUsing(j, left, right, inner, merged);
        if (condition is BadExpr) return null;
        bool padsLeft = kind is JoinKind.Right or JoinKind.Full, padsRight = kind is JoinKind.Left or JoinKind.Full;
        ImmutableArray<RelColumn> columns =
        [
            .. left.Query.Columns.Select(c => padsLeft ? c with { Type = c.Type.WithNullable(true) } : c),
            .. right.Query.Columns.Select(c => padsRight ? c with { Type = c.Type.WithNullable(true) } : c),
        ];
        return new Source(new BoundJoin(kind, left.Query, right.Query, condition, columns) { LeftTtlMs = _ttl.Of(j.Left), RightTtlMs = _ttl.Of(j.Right) }, Scope.Join(left.Scope, right.Scope, columns, merged));
    }

    private Expr? BindUsing(JoinTable j, Source left, Source right, Scope scope, List<int> merged)
    {
        Expr? all = null;
        foreach (Identifier column in j.Using)
        {
            List<int> a = left.Scope.Find(column.Name), b = right.Scope.Find(column.Name);
            if (a.Count != 1 || b.Count != 1)
            {
                diagnostics.Error(a.Count == 0 || b.Count == 0 ? Codes.UnknownColumn : Codes.AmbiguousColumn, column.Span,
                    $"'{column.Name}' must be one column on either side of the join");
                return new BadExpr();
            }
            int second = b[0] + left.Query.Columns.Length;
            merged.Add(second);
            SqlType x = scope.Columns[a[0]].Type, y = scope.Columns[second].Type;
            if (TypeRules.Common(x, y) is not { } type)
            {
                diagnostics.Error(Codes.TypeMismatch, column.Span, $"cannot compare {x.WithNullable(true)} with {y.WithNullable(true)}");
                return new BadExpr();
            }
            Expr p = Casts.To(new ColumnExpr(a[0], x), type), q = Casts.To(new ColumnExpr(second, y), type);
            Expr equal = new CallExpr("=", [p, q], SqlType.Boolean.WithNullable(x.Nullable || y.Nullable));
            all = all is null ? equal : ExprTree.And([all, equal]);
        }
        return all;
    }

    private Source? BindFunctionTable(FunctionTable f)
    {
        string name = f.Call.Function.Text.ToUpperInvariant();
        WindowKind? kind = name switch
        {
            "TUMBLE" => WindowKind.Tumble,
            "HOP" => WindowKind.Hop,
            "CUMULATE" => WindowKind.Cumulate,
            "SESSION" => WindowKind.Session,
            _ => null,
        };
        if (kind is null)
        {
            string? help = Suggest.DidYouMean(name, ["TUMBLE", "HOP", "CUMULATE", "SESSION"]);
            diagnostics.Error(Codes.UnknownFunction, f.Call.Function.Span, $"no table function '{f.Call.Function.Text}'", help);
            return null;
        }
        return Aliased(BindWindow(kind.Value, f.Call), f.Alias, null, f.Span);
    }

    /// <summary>Names of the arguments after DATA and TIMECOL, in the order in which they are given by position.</summary>
    private static string[] IntervalNames(WindowKind kind) => kind switch
    {
        WindowKind.Hop => ["SLIDE", "SIZE", "OFFSET"],
        WindowKind.Cumulate => ["STEP", "SIZE", "OFFSET"],
        WindowKind.Session => ["GAP"],
        _ => ["SIZE", "OFFSET"],
    };

    private BoundWindow? BindWindow(WindowKind kind, CallExpression call)
    {
        string[] names = ["DATA", "TIMECOL", .. IntervalNames(kind)];
        var given = new Dictionary<string, Argument>();
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            Argument argument = call.Arguments[i];
            string? name = argument.Name?.Name.ToUpperInvariant() ?? names.ElementAtOrDefault(i);
            if (name is null || !names.Contains(name) || !given.TryAdd(name, argument)) return WrongWindow(argument.Span, kind);
        }
        if (!given.TryGetValue("DATA", out Argument? data)) return WrongWindow(call.Span, kind);
        // A query may stand for the table, with or without the word TABLE.
        TableArgument? table = data.Value as TableArgument
            ?? (data.Value is SubqueryExpression s ? new TableArgument(s.Span, null, s.Query, [], []) : null);
        if (table is null) return WrongWindow(call.Span, kind);
        if (!given.TryGetValue("TIMECOL", out Argument? column) || column.Value is not DescriptorExpression { Columns.Length: 1 } descriptor) return WrongWindow(call.Span, kind);
        Source? input = table.Query is not null
            ? Aliased(Bind(table.Query), null, null, table.Span)
            : BindNamed(new NamedTable(table.Table!.Span, table.Table, [], null, null));
        if (input is null) return null;
        if (TimeColumn(descriptor.Columns[0], input) is not int time) return null;
        var intervals = new Dictionary<string, long>();
        foreach ((string name, Argument argument) in given.Where(g => g.Key is not ("DATA" or "TIMECOL")))
        {
            Expr value = new ExpressionBinder(Scope.Empty, functions, diagnostics).Bind(argument.Value);
            if (value is BadExpr) return null;
            if (value is not LiteralExpr { Type.Kind: TypeKind.IntervalDayTime } literal) return WrongWindow(argument.Span, kind);
            intervals[name] = IntervalValue.Milliseconds(literal);
        }
        string sizeName = kind == WindowKind.Session ? "GAP" : "SIZE";
        string? stepName = kind switch { WindowKind.Hop => "SLIDE", WindowKind.Cumulate => "STEP", _ => null };
        if (!intervals.TryGetValue(sizeName, out long size) || (stepName is not null && !intervals.ContainsKey(stepName))) return WrongWindow(call.Span, kind);
        if (PartitionColumns(table, input) is not { } partition) return null;
        RelColumn timeColumn = input.Query.Columns[time];
        var window = new WindowFunction(kind, time, timeColumn.Time, size, stepName is null ? size : intervals[stepName], intervals.GetValueOrDefault("OFFSET"), partition);
        if (GroupWindows.Problem(window) is { } problem)
        {
            diagnostics.Error(Codes.WindowArguments, call.Span, problem);
            return null;
        }
        // The window's own time takes over: the column it was made from is a timestamp like any other.
        ImmutableArray<RelColumn> columns = [.. input.Query.Columns.Select(c => c with { Time = TimeKind.None, Window = WindowRole.None }), .. GroupWindows.Columns(timeColumn)];
        return new BoundWindow(input.Query, window, columns);
    }

    private BoundWindow? WrongWindow(TextSpan span, WindowKind kind)
    {
        string arguments = string.Join(", ", IntervalNames(kind).Select(n => n == "OFFSET" ? "[INTERVAL offset]" : "INTERVAL " + n.ToLowerInvariant()));
        string name = kind.ToString().ToUpperInvariant();
        diagnostics.Error(Codes.WindowArguments, span, $"wrong arguments for {name}", $"write {name}(TABLE t, DESCRIPTOR(time), {arguments})");
        return null;
    }

    private int? TimeColumn(Identifier name, Source input)
    {
        int index = input.Query.Columns.ToList().FindIndex(c => c.Name == name.Name);
        if (index < 0)
        {
            diagnostics.Error(Codes.UnknownColumn, name.Span, $"no column '{name.Name}' in '{input.Scope.OnlyName ?? "the table"}'",
                Suggest.DidYouMean(name.Name, input.Query.Columns.Select(c => c.Name)));
            return null;
        }
        RelColumn column = input.Query.Columns[index];
        if (column.Time != TimeKind.None) return index;
        string? help = column.Type.IsTimestamp ? "declare a WATERMARK for it, and forward it unchanged (no CAST, no expression)" : "a time attribute is a TIMESTAMP(3) with a WATERMARK";
        diagnostics.Error(Codes.TimeAttribute, name.Span, $"'{name.Name}' is {column.Type.WithNullable(true)}, not a time attribute", help);
        return null;
    }

    private ImmutableArray<int>? PartitionColumns(TableArgument table, Source input)
    {
        var columns = ImmutableArray.CreateBuilder<int>();
        foreach (Expression syntax in table.PartitionBy)
        {
            Expr key = new ExpressionBinder(input.Scope, functions, diagnostics).Bind(syntax);
            if (key is BadExpr) return null;
            if (key is not ColumnExpr column) { NotYet(syntax.Span, "PARTITION BY takes columns", null); return null; }
            columns.Add(column.Index);
        }
        return columns.ToImmutable();
    }
}
