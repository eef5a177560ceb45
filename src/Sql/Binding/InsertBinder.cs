using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>INSERT: columns are matched by position, with implicit casts where no value is lost.</summary>
internal sealed class InsertBinder(Catalog catalog, ImmutableSortedDictionary<string, string> settings, IFunctions functions, DiagnosticBag diagnostics)
{
    /// <summary>What happens to a NULL for a NOT NULL column: ERROR (fails the job) or DROP (leaves the row out).</summary>
    public const string NotNullOption = "table.exec.sink.not-null-enforcer";

    /// <summary>What happens to texts that are not as long as declared: IGNORE or TRIM_PAD.</summary>
    public const string LengthOption = "table.exec.sink.type-length-enforcer";

    private bool Drops => settings.GetValueOrDefault(NotNullOption) == "DROP";

    private readonly List<Expr> _required = [];

    /// <summary>Name of the connector that keeps the result of a bare SELECT.</summary>
    public const string CollectConnector = "collect";

    /// <summary>A bare SELECT: its rows go to a table made for them.</summary>
    public BoundInsert? BindQuery(Query syntax)
    {
        BoundQuery? query = new QueryBinder(catalog, functions, diagnostics).Bind(syntax);
        if (query is null) return null;
        ImmutableArray<TableColumn> columns = [.. query.Columns.Select(c => new TableColumn(c.Name, c.Type, ColumnKind.Physical))];
        var target = new CatalogTable(CollectConnector, columns, -1, null, [], [], [new TableOption("connector", CollectConnector, default, default)], syntax.Span);
        return new BoundInsert(target, target.Options, query, [.. query.Columns.Select((c, i) => new ColumnExpr(i, c.Type))]);
    }

    public BoundInsert? Bind(Insert syntax)
    {
        if (FindTarget(syntax) is not { } target) return null;
        BoundQuery? query = new QueryBinder(catalog, functions, diagnostics).Bind(syntax.Query);
        if (syntax.Overwrite) diagnostics.Error(Codes.NotSupported, syntax.Span, "INSERT OVERWRITE does not exist in streaming", "write INSERT INTO");
        if (syntax.Partition.Length > 0) diagnostics.Error(Codes.NotSupported, syntax.Partition[0].Span, "PARTITION (…) is not supported yet", "select the constant as a column");
        if (syntax.OnConflict is not null) diagnostics.Error(Codes.NotSupported, syntax.Span, "ON CONFLICT is not supported yet");
        if (query is null || Targets(syntax, target) is not { } targets) return null;
        if (targets.Count != query.Columns.Length)
        {
            diagnostics.Error(Codes.ColumnCount, syntax.Query.Span, $"the query has {query.Columns.Length} columns, '{target.Name}' takes {targets.Count}",
                $"the table has ({string.Join(", ", targets.Select(t => target.Columns[t].Name))})");
            return null;
        }
        int before = diagnostics.Items.Count;
        var values = ImmutableArray.CreateBuilder<Expr>();
        foreach (int column in target.PhysicalColumns)
        {
            int from = targets.IndexOf(column);
            values.Add(from < 0 ? Missing(syntax, target.Columns[column]) : Value(syntax, query.Columns[from], from, target.Columns[column]));
        }
        if (diagnostics.Items.Count > before) return null;
        return new BoundInsert(target, QueryBinder.Merge(target.Options, syntax.Hints), query, values.ToImmutable(), ExprTree.And(_required));
    }

    private CatalogTable? FindTarget(Insert syntax)
    {
        string key = Catalog.Key(syntax.Table);
        if (catalog.Tables.TryGetValue(key, out CatalogTable? table)) return table;
        string? help = catalog.Views.ContainsKey(key) ? "a view cannot be written to" : Suggest.DidYouMean(key, catalog.Tables.Keys);
        diagnostics.Error(Codes.UnknownTable, syntax.Table.Span, $"no table '{syntax.Table.Text}'", help);
        return null;
    }

    /// <summary>Positions of the table's columns that the query fills, in the order of the query's columns.</summary>
    private List<int>? Targets(Insert syntax, CatalogTable target)
    {
        if (syntax.Columns.Length == 0) return [.. target.PhysicalColumns];
        var positions = new List<int>();
        foreach (Identifier name in syntax.Columns)
        {
            int position = target.Columns.ToList().FindIndex(c => c.Name == name.Name && c.Kind == ColumnKind.Physical);
            if (position < 0)
                diagnostics.Error(Codes.UnknownColumn, name.Span, $"no column '{name.Name}' to insert into in '{target.Name}'", Suggest.DidYouMean(name.Name, target.PhysicalColumns.Select(i => target.Columns[i].Name)));
            else if (positions.Contains(position))
                diagnostics.Error(Codes.Duplicate, name.Span, $"the column '{name.Name}' is named twice");
            positions.Add(position);
        }
        return positions.Contains(-1) || positions.Distinct().Count() < positions.Count ? null : positions;
    }

    private LiteralExpr Missing(Insert syntax, TableColumn column)
    {
        if (!column.Type.Nullable) diagnostics.Error(Codes.SinkType, syntax.Table.Span, $"the column '{column.Name}' is NOT NULL and gets no value");
        return new LiteralExpr(null, column.Type.WithNullable(true));
    }

    private Expr Value(Insert syntax, RelColumn from, int index, TableColumn to)
    {
        Expr value = new ColumnExpr(index, from.Type);
        if (!Casts.Implicit(from.Type, to.Type))
        {
            diagnostics.Error(Codes.SinkType, syntax.Query.Span, $"column {index + 1} ('{from.Name}') is {from.Type.WithNullable(true)}, '{to.Name}' takes {to.Type.WithNullable(true)}",
                $"CAST it in the query: CAST({from.Name} AS {to.Type.WithNullable(true)})");
        }
        // The lengths of texts are a declaration: values pass as they are, unless they are to be made to fit.
        bool sameLayout = settings.GetValueOrDefault(LengthOption) != "TRIM_PAD"
            && ((from.Type.IsText && to.Type.IsText) || (from.Type.IsBinary && to.Type.IsBinary));
        Expr cast = sameLayout ? value : Casts.To(value, to.Type);
        if (to.Type.Nullable || !cast.Type.Nullable) return cast;
        if (Drops)
        {
            _required.Add(new CallExpr("IS NOT NULL", [cast], SqlType.Boolean.NotNull));
            return cast;
        }
        // A NULL in a NOT NULL column fails the job at that row.
        return new CallExpr("NOT_NULL", [cast], cast.Type.NotNull);
    }
}
