using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>TUMBLE without an aggregation behind it: a row's only window is computed from its time.</summary>
internal static class TumbleAssignment
{
    public static LogicalNode Apply(LogicalNode node) =>
        Optimizer.BottomUp(node, n => n is LogicalWindow { Window: { Kind: WindowKind.Tumble, Time: TimeKind.Event } } w && w.From.Columns[w.Window.TimeColumn].Type.Kind == TypeKind.Timestamp ? Project(w) : n);

    private static LogicalProject Project(LogicalWindow w)
    {
        RelColumn time = w.From.Columns[w.Window.TimeColumn];
        int width = w.From.Columns.Length;
        // A row without a time has failed the job at its source: the bounds are never NULL.
        Expr rowtime = new ColumnExpr(w.Window.TimeColumn, time.Type);
        Expr start = new CallExpr("WINDOW_START", [rowtime, Interval(w.Window.Size), Interval(w.Window.Offset)], SqlType.Timestamp(3).WithNullable(time.Type.Nullable));
        Expr[] bounds = [start, Plus(start, w.Window.Size), Plus(start, w.Window.Size - 1)];
        return new LogicalProject(
            w.From,
            [.. w.From.Columns.Select((c, i) => new ColumnExpr(i, c.Type)), .. bounds],
            [.. w.Columns.Select((c, i) => i < width ? c : c with { Type = bounds[i - width].Type })]);
    }

    private static LiteralExpr Interval(long ms) => new(IntervalValue.Text(ms, false), new SqlType(TypeKind.IntervalDayTime, false));

    private static CallExpr Plus(Expr time, long ms) => new("+", [time, Interval(ms)], time.Type);
}
