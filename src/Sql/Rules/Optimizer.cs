using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>The rules in their order. Each takes a whole plan and gives an equal one.</summary>
internal static class Optimizer
{
    public static LogicalSink Optimize(LogicalSink plan)
    {
        LogicalNode node = SetOperations.Apply(ValuesAsScan.Apply(plan));
        node = FilterPushDown.Apply(FoldConstants.Apply(node));
        node = ProjectMerge.Apply(node);
        node = RankFromRowNumber.Apply(node);
        // Whether a step is one of windows depends on the steps below it, of whatever kind: these rules go up together.
        node = BottomUp(WindowAggregation.Apply(node), n => WindowedAggregation.Match(WindowJoins.Match(WindowRanks.Match(n))));
        node = TumbleAssignment.Apply(node);
        // What had to wait above the new steps goes on down; projections in between fall together.
        node = ProjectMerge.Apply(FilterPushDown.Apply(node));
        node = UnwrapCasts.Apply(FoldConstants.Apply(node));
        return (LogicalSink)FieldPruning.Apply(ColumnPruning.Apply((LogicalSink)node));
    }

    /// <summary>Rewrites bottom up.</summary>
    public static LogicalNode BottomUp(LogicalNode node, Func<LogicalNode, LogicalNode> rule) =>
        rule(node.WithInputs([.. node.Inputs.Select(i => BottomUp(i, rule))]));
}
