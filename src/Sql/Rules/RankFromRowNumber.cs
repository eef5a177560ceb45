using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) with a condition that bounds the number is a rank: it keeps the best rows of each partition instead of all.
/// </summary>
internal static class RankFromRowNumber
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, Match);

    private static LogicalNode Match(LogicalNode node)
    {
        if (node is not LogicalFilter { From: LogicalOver { Calls: [{ Function: "ROW_NUMBER" } call] } over } filter) return node;
        int number = over.Columns.Length - 1;
        long first = 1, last = long.MaxValue;
        var rest = new List<Expr>();
        foreach (Expr condition in ExprTree.Conjuncts(filter.Condition))
            if (!Bound(condition, number, ref first, ref last)) rest.Add(condition);
        if (last == long.MaxValue) return node;
        (LogicalNode input, ImmutableArray<int> partition, ImmutableArray<SortColumn> order) = WithColumns(over.From, call);
        // A number that can be one only need not be counted.
        bool constant = first == last;
        bool latest = false;
        if (order is [{ Column: var only } key] && input.Columns[only].Time is not TimeKind.None and var clock)
        {
            // The last row by a clock is the last to come; by processing time rows are ordered as they come.
            latest = key.Descending && (first, last) == (1, 1);
            if (clock == TimeKind.Processing && (latest || !key.Descending)) order = [];
        }
        LogicalNode rank = new LogicalRank(input, partition, order, first, last, !constant, constant ? input.Columns : [.. input.Columns, over.Columns[number]]) { LastOfEqual = latest };
        // Keys that had to be computed stand between the input's columns and the number.
        if (input != over.From || constant)
        {
            SqlType type = SqlType.BigInt.NotNull;
            Expr value = constant ? new LiteralExpr(first.ToString(System.Globalization.CultureInfo.InvariantCulture), type) : new ColumnExpr(input.Columns.Length, type);
            rank = new LogicalProject(rank, [.. over.From.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)), value], over.Columns);
        }
        return ExprTree.And(rest) is { } others ? new LogicalFilter(rank, others) : rank;
    }

    /// <summary>rn &lt;= 3, 3 &gt; rn, rn = 1 …</summary>
    private static bool Bound(Expr condition, int number, ref long first, ref long last)
    {
        if (condition is not CallExpr { Arguments: [var left, var right] } call) return false;
        string op = call.Function;
        if (right is ColumnExpr) { (left, right) = (right, left); op = op switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => op }; }
        if (left is not ColumnExpr { Index: var index } || index != number || right is not LiteralExpr { Value: { } text } || !long.TryParse(text, out long value)) return false;
        switch (op)
        {
            case "<=": last = Math.Min(last, value); return true;
            case "<": last = Math.Min(last, value - 1); return true;
            case ">=": first = Math.Max(first, value); return true;
            case ">": first = Math.Max(first, value + 1); return true;
            case "=": first = Math.Max(first, value); last = Math.Min(last, value); return true;
            default: return false;
        }
    }

    /// <summary>The call's keys as columns: expressions get a projection.</summary>
    private static (LogicalNode Input, ImmutableArray<int> Partition, ImmutableArray<SortColumn> Order) WithColumns(LogicalNode input, OverCall call)
    {
        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).ToList();
        var columns = input.Columns.ToList();
        int Place(Expr e)
        {
            int at = items.IndexOf(e);
            if (at >= 0) return at;
            items.Add(e);
            columns.Add(new RelColumn($"e{items.Count - 1}$", e.Type, Proctime.Is(e) ? TimeKind.Processing : TimeKind.None));
            return items.Count - 1;
        }
        ImmutableArray<int> partition = [.. call.PartitionBy.Where(e => e is not LiteralExpr).Select(Place).Distinct()];
        ImmutableArray<SortColumn> order = [.. call.OrderBy.Select(k => new SortColumn(Place(k.Value), k.Descending, k.NullsFirst))];
        LogicalNode source = items.Count == input.Columns.Length ? input : new LogicalProject(input, [.. items], [.. columns]);
        return (source, partition, order);
    }
}
