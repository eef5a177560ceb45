using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// Conditions go as far down as they mean the same: through projections, into both branches of a union, to a join's sides, below an aggregate if they
/// are about its keys. What a join's condition says stays with it, so that equalities of a comma join are found there.
/// </summary>
internal static class FilterPushDown
{
    public static LogicalNode Apply(LogicalNode node) => Push(node, []);

    /// <param name="conditions">over the node's columns; the result fulfils them all.</param>
    private static LogicalNode Push(LogicalNode node, List<Expr> conditions)
    {
        switch (node)
        {
            case LogicalFilter f:
                // The inner condition first: a view's own filter, before what a query says about the view's columns.
                return Push(f.From, [.. ExprTree.Conjuncts(f.Condition), .. conditions]);
            case LogicalProject p when p.Items.All(Determinism.Holds):
                return p.WithInputs([Push(p.From, [.. conditions.Select(c => ExprTree.Substitute(c, p.Items))])]);
            case LogicalUnion u:
                return u.WithInputs([.. u.From.Select(i => Push(i, conditions))]);
            case LogicalJoin j:
                return PushJoin(j, conditions);
            case LogicalUnnest u:
                return Split(u, conditions, c => ExprTree.Columns(c).All(i => i < u.Kept.Length), c => ExprTree.Remap(c, i => u.Kept[i]));
            case LogicalWindow { Window.Kind: not WindowKind.Session } w:
                return Split(w, conditions, c => ExprTree.Columns(c).All(i => i < w.From.Columns.Length), c => c);
            case LogicalAggregate { Keys.Length: > 0 } a:
                return Split(a, conditions, c => ExprTree.Columns(c).All(i => i < a.Keys.Length), c => ExprTree.Remap(c, i => a.Keys[i]));
            case LogicalWindowAggregate { Keys.Length: > 0 } a:
                return Split(a, conditions, c => ExprTree.Columns(c).All(i => i < a.Keys.Length), c => ExprTree.Remap(c, i => a.Keys[i]));
            case LogicalRank { PartitionBy.Length: > 0 } r:
                return Split(r, conditions, c => ExprTree.Columns(c).All(r.PartitionBy.Contains), c => c);
            default:
                return Above(node.WithInputs([.. node.Inputs.Select(i => Push(i, []))]), conditions);
        }
    }

    private static LogicalNode Above(LogicalNode node, List<Expr> conditions) =>
        ExprTree.And(conditions) is { } all ? new LogicalFilter(node, all) : node;

    private static LogicalNode Split(LogicalNode node, List<Expr> conditions, Predicate<Expr> below, Func<Expr, Expr> remap)
    {
        List<Expr> down = conditions.FindAll(c => below(c) && Determinism.Holds(c));
        List<Expr> up = conditions.FindAll(c => !down.Contains(c));
        return Above(node.WithInputs([Push(node.Inputs[0], [.. down.Select(remap)])]), up);
    }

    private static LogicalNode PushJoin(LogicalJoin j, List<Expr> conditions)
    {
        int width = j.Left.Columns.Length;
        bool OnLeft(Expr e) => ExprTree.Columns(e).All(i => i < width) && Determinism.Holds(e);
        bool OnRight(Expr e) => ExprTree.Columns(e).All(i => i >= width) && Determinism.Holds(e);
        Expr Right(Expr e) => ExprTree.Remap(e, i => i - width);
        List<Expr> on = j.Condition is null ? [] : [.. ExprTree.Conjuncts(j.Condition)];
        var left = new List<Expr>();
        var right = new List<Expr>();
        var above = new List<Expr>();
        if (j.Kind == JoinKind.Inner)
        {
            on.AddRange(conditions);
            left = on.FindAll(OnLeft);
            right = on.FindAll(e => !left.Contains(e) && OnRight(e));
            on.RemoveAll(e => left.Contains(e) || right.Contains(e));
        }
        else
        {
            // A padded row must see the condition after the padding; the ON of an outer join decides what is padded.
            if (j.Kind is JoinKind.Left or JoinKind.Semi or JoinKind.Anti) left = conditions.FindAll(OnLeft);
            if (j.Kind == JoinKind.Right) right = conditions.FindAll(OnRight);
            above = conditions.FindAll(e => !left.Contains(e) && !right.Contains(e));
            if (j.Kind is JoinKind.Left or JoinKind.Semi or JoinKind.Anti) { List<Expr> own = on.FindAll(OnRight); right.AddRange(own); on.RemoveAll(own.Contains); }
            if (j.Kind is JoinKind.Right or JoinKind.Semi) { List<Expr> own = on.FindAll(OnLeft); left.AddRange(own); on.RemoveAll(own.Contains); }
        }
        LogicalNode joined = (j with { Condition = ExprTree.And(on) }).WithInputs([Push(j.Left, left), Push(j.Right, [.. right.Select(Right)])]);
        return Above(joined, above);
    }
}
