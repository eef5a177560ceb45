using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// INTERSECT and EXCEPT count, for each distinct row, how often it stands on either side; rows are those with both counts above 0, or with only the first.
/// NULLs are equal, as in any grouping.
/// </summary>
internal static class SetOperations
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, n => n is LogicalSetOperation { All: false } o ? Count(o) : n);

    private static LogicalProject Count(LogicalSetOperation o)
    {
        int width = o.Columns.Length;
        SqlType flag = SqlType.Boolean.NotNull, number = SqlType.BigInt.NotNull;
        LogicalProject Side(LogicalNode input, bool left)
        {
            Expr[] flags = [new LiteralExpr(left ? "TRUE" : "FALSE", flag), new LiteralExpr(left ? "FALSE" : "TRUE", flag)];
            RelColumn[] names = [new("l$", flag), new("r$", flag)];
            return new LogicalProject(input, [.. input.Columns.Select((c, i) => new ColumnExpr(i, c.Type)), .. flags], [.. input.Columns.Select(c => c.Plain()), .. names]);
        }
        ImmutableArray<RelColumn> both = [.. o.Columns.Select(c => c.Plain()), new("l$", flag), new("r$", flag)];
        var union = new LogicalUnion([Side(o.Left, true), Side(o.Right, false)], both);
        BoundAggregate[] counts = [.. new[] { width, width + 1 }.Select(c => new BoundAggregate("COUNT", [], false, new ColumnExpr(c, flag), number))];
        var counted = new LogicalAggregate(union, [.. Enumerable.Range(0, width)], [.. counts], [.. o.Columns.Select(c => c.Plain()), new("nl$", number), new("nr$", number)]);
        Expr Compare(int column, string op) =>
            new CallExpr(op, [new ColumnExpr(column, number), new LiteralExpr(0.ToString(CultureInfo.InvariantCulture), number)], flag);
        Expr condition = new CallExpr("AND", [Compare(width, ">"), Compare(width + 1, o.Operator == "INTERSECT" ? ">" : "=")], flag);
        return new LogicalProject(new LogicalFilter(counted, condition), [.. o.Columns.Select((c, i) => new ColumnExpr(i, c.Type))], o.Columns);
    }
}
