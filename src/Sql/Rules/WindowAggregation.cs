using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// An aggregate over a windowing function that groups by both bounds of the window is a window aggregate: it assigns windows itself, emits a group once, when the
/// watermark passes the window's end, and forgets it.
/// </summary>
internal static class WindowAggregation
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, Match);

    private static LogicalNode Match(LogicalNode node)
    {
        if (node is not LogicalAggregate { From: LogicalProject { From: LogicalWindow window } project } aggregate) return node;
        int width = window.From.Columns.Length;
        WindowRole RoleOf(Expr e) => e is ColumnExpr c && c.Index >= width ? WindowRole.Start + (c.Index - width) : WindowRole.None;
        WindowRole[] roles = [.. aggregate.Keys.Select(k => RoleOf(project.Items[k]))];
        if (!roles.Contains(WindowRole.Start) || !roles.Contains(WindowRole.End)) return node;
        // Sessions of other keys than those of the groups have other ends: rows get them first, and are then grouped like any others.
        if (window.Window.Kind == WindowKind.Session)
        {
            Expr[] plain = [.. aggregate.Keys.Where((_, i) => roles[i] == WindowRole.None).Select(k => project.Items[k])];
            if (!plain.All(e => e is ColumnExpr c && window.Window.PartitionBy.Contains(c.Index)) || !window.Window.PartitionBy.All(p => plain.Any(e => ((ColumnExpr)e).Index == p))) return node;
        }
        // Whatever else uses the window's columns needs them in every row.
        HashSet<int> bounds = [.. aggregate.Keys.Where((_, i) => roles[i] != WindowRole.None)];
        if (project.Items.Where((_, i) => !bounds.Contains(i)).Any(e => ExprTree.Columns(e).Any(c => c >= width))) return node;

        var items = new List<Expr>();
        var columns = new List<RelColumn>();
        var position = new Dictionary<int, int>();
        for (int i = 0; i < project.Items.Length; i++)
        {
            if (bounds.Contains(i)) continue;
            position[i] = items.Count;
            items.Add(project.Items[i]);
            columns.Add(project.Columns[i]);
        }
        int Place(int column)
        {
            int at = items.FindIndex(e => e is ColumnExpr c && c.Index == column);
            if (at >= 0) { columns[at] = window.From.Columns[column]; return at; }
            items.Add(new ColumnExpr(column, window.From.Columns[column].Type));
            columns.Add(window.From.Columns[column]);
            return items.Count - 1;
        }
        WindowFunction function = window.Window with
        {
            TimeColumn = Place(window.Window.TimeColumn),
            PartitionBy = [.. window.Window.PartitionBy.Select(Place)],
        };
        int[] keys = [.. aggregate.Keys.Where((_, i) => roles[i] == WindowRole.None)];
        ImmutableArray<BoundAggregate> calls = [.. aggregate.Calls.Select(c => ExprTree.Rewrite(c, e => e is ColumnExpr x ? x with { Index = position[x.Index] } : null))];
        WindowRole[] wanted = [.. roles.Where(r => r != WindowRole.None).Distinct().Order()];
        RelColumn[] output =
        [
            .. aggregate.Columns.Where((_, i) => i < roles.Length && roles[i] == WindowRole.None),
            .. aggregate.Columns.Skip(roles.Length),
            .. wanted.Select(r => aggregate.Columns[Array.IndexOf(roles, r)]),
        ];
        var input = new LogicalProject(window.From, [.. items], [.. columns]);
        var windowed = new LogicalWindowAggregate(input, function, [.. keys.Select(k => position[k])], calls, [.. output]) { TtlMs = aggregate.TtlMs };
        return Restore(windowed, aggregate, roles, wanted, keys.Length);
    }

    /// <summary>The aggregate's columns in the order in which the query above knows them.</summary>
    private static LogicalProject Restore(LogicalWindowAggregate windowed, LogicalAggregate aggregate, WindowRole[] roles, WindowRole[] wanted, int keys)
    {
        int plain = 0;
        var items = ImmutableArray.CreateBuilder<Expr>();
        for (int i = 0; i < aggregate.Columns.Length; i++)
        {
            int at = i >= roles.Length ? keys + (i - roles.Length)
                : roles[i] == WindowRole.None ? plain++
                : keys + aggregate.Calls.Length + Array.IndexOf(wanted, roles[i]);
            items.Add(new ColumnExpr(at, windowed.Columns[at].Type));
        }
        return new LogicalProject(windowed, items.ToImmutable(), aggregate.Columns);
    }
}
