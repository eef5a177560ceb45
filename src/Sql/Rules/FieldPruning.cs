using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// Of a ROW column that is only taken apart, the source reads the fields that are used. Holds for a projection over a scan, with a filter between or not: above the
/// projection there are no rows of that type any more.
/// </summary>
internal static class FieldPruning
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, n => n switch
    {
        LogicalProject { From: LogicalScan scan } p => Narrow(p, null, scan),
        LogicalProject { From: LogicalFilter { From: LogicalScan scan } f } p => Narrow(p, f, scan),
        _ => n,
    });

    private static LogicalProject Narrow(LogicalProject project, LogicalFilter? filter, LogicalScan scan)
    {
        CatalogTable table = scan.Table;
        IEnumerable<Expr> above = filter is null ? project.Items : project.Items.Append(filter.Condition);
        // Everything over the table's columns by declared position: computed columns and the watermark are, the rest is over the scan's.
        List<Expr> all = [.. above.Select(e => ExprTree.Remap(e, i => scan.Positions[i]))];
        all.AddRange(scan.Positions.Select(p => table.Columns[p].Computed).OfType<Expr>());
        if (table.Watermark is not null) all.Add(table.Watermark);
        var used = new Dictionary<int, SortedSet<int>>();
        foreach (int position in scan.Positions.Where(p => table.Columns[p] is { Kind: ColumnKind.Physical, Type.Kind: TypeKind.Row }))
            if (FieldsOf(position, all) is { Count: > 0 } fields && fields.Count < table.Columns[position].Type.Fields.Length) used[position] = fields;
        if (used.Count == 0) return project;

        ImmutableArray<TableColumn> columns = [.. table.Columns.Select((c, i) => used.TryGetValue(i, out SortedSet<int>? kept)
            ? c with { Type = c.Type with { Fields = [.. kept.Select(f => c.Type.Fields[f])] } }
            : c)];
        Expr Local(Expr e) => Rewrite(e, p => p, used, columns);
        columns = [.. columns.Select(c => c.Computed is null ? c : c with { Computed = Local(c.Computed) })];
        CatalogTable narrow = table with { Columns = columns, Watermark = table.Watermark is null ? null : Local(table.Watermark) };
        LogicalNode input = new LogicalScan(narrow, scan.Options, scan.Positions, [.. scan.Columns.Select((c, i) => c with { Type = columns[scan.Positions[i]].Type })]);
        Expr OverScan(Expr e) => Rewrite(e, i => scan.Positions[i], used, columns);
        if (filter is not null) input = new LogicalFilter(input, OverScan(filter.Condition));
        return new LogicalProject(input, [.. project.Items.Select(OverScan)], project.Columns);
    }

    /// <summary>Fields of a column that are read; null if the column is read as a whole somewhere.</summary>
    private static SortedSet<int>? FieldsOf(int column, List<Expr> expressions)
    {
        var fields = new SortedSet<int>();
        int whole = 0;
        foreach (Expr e in expressions.SelectMany(ExprTree.All))
        {
            if (e is ColumnExpr c && c.Index == column) whole++;
            if (e is not FieldExpr { Row: ColumnExpr row } field || row.Index != column) continue;
            fields.Add(field.Index);
            whole--;
        }
        return whole == 0 ? fields : null;
    }

    private static Expr Rewrite(Expr e, Func<int, int> position, Dictionary<int, SortedSet<int>> used, ImmutableArray<TableColumn> columns) => ExprTree.Rewrite(e, x =>
    {
        if (x is not FieldExpr { Row: ColumnExpr row } field || !used.TryGetValue(position(row.Index), out SortedSet<int>? kept)) return null;
        return new FieldExpr(row with { Type = columns[position(row.Index)].Type }, kept.ToList().IndexOf(field.Index), field.Type);
    });
}
