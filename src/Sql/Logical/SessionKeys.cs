using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Logical;

/// <summary>GROUP BY SESSION(…), keys: sessions of different keys are apart, so keys that are expressions become columns before there are sessions.</summary>
internal static class SessionKeys
{
    /// <summary>The sessions over <paramref name="input"/>, and the grouping over their columns.</summary>
    public static (LogicalNode Windows, BoundGrouping Grouping) Build(LogicalNode input, WindowFunction window, BoundGrouping grouping)
    {
        int width = input.Columns.Length;
        Expr[] keys = [.. grouping.Keys.SkipLast(3)];
        Expr[] computed = [.. keys.Where(k => k is not ColumnExpr)];
        if (computed.Length > 0)
        {
            Expr[] items = [.. input.Columns.Select((c, i) => new ColumnExpr(i, c.Type)), .. computed];
            input = new LogicalProject(input, [.. items], [.. input.Columns, .. computed.Select((e, i) => new RelColumn($"s{i}$", e.Type))]);
        }
        Expr KeyOf(Expr key) => key is ColumnExpr ? key : new ColumnExpr(width + Array.IndexOf(computed, key), key.Type);
        Expr Moved(Expr e) => ExprTree.Remap(e, i => i < width ? i : i + computed.Length);
        Expr[] columns = [.. keys.Select(KeyOf)];
        window = window with { PartitionBy = [.. columns.Select(c => ((ColumnExpr)c).Index).Distinct()] };
        var node = new LogicalWindow(input, window, [.. input.Columns.Select(c => c.Plain()), .. GroupWindows.Columns(input.Columns[window.TimeColumn])]);
        return (node, grouping with
        {
            Keys = [.. columns, .. grouping.Keys.TakeLast(3).Select(Moved)],
            Aggregates = [.. grouping.Aggregates.Select(a => a with { Arguments = [.. a.Arguments.Select(Moved)], Filter = a.Filter is null ? null : Moved(a.Filter) })],
        });
    }
}
