using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>A projection of a projection is one; a projection that only repeats its input is none.</summary>
internal static class ProjectMerge
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, Merge);

    private static LogicalNode Merge(LogicalNode node)
    {
        if (node is not LogicalProject p) return node;
        if (p.From is LogicalProject inner && inner.Items.All(Determinism.Holds))
            p = new LogicalProject(inner.From, [.. p.Items.Select(e => ExprTree.Substitute(e, inner.Items))], p.Columns);
        return p;
    }

    /// <summary>The items are the input's columns, in order.</summary>
    public static bool IsIdentity(LogicalProject p) =>
        p.Items.Length == p.From.Columns.Length && p.Items.Select((e, i) => e is ColumnExpr c && c.Index == i).All(same => same);
}
