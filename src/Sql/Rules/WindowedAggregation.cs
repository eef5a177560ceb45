using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// An aggregate by both bounds of windows that its input already has (a windowed result is grouped further, or a window was assigned to rows that were then joined or
/// ranked) is a window aggregate as well: rows of a window are there when the watermark passes its window_time. So the window is one of 1 ms there, and its start a key.
/// Sessions of other keys are no windows of a group: they may end at different times.
/// </summary>
internal static class WindowedAggregation
{
    private static readonly SqlType s_millisecond = new(TypeKind.IntervalDayTime, false);

    public static LogicalNode Match(LogicalNode node) => node is LogicalAggregate a ? Of(a) ?? node : node;

    private static LogicalProject? Of(LogicalAggregate a)
    {
        if (WindowJoins.WindowOf(a.From) is not { Function: { Time: TimeKind.Event, Kind: not WindowKind.Session } } window) return null;
        WindowRole RoleOf(int key) => a.From.Columns[key].Window;
        if (!a.Keys.Any(k => RoleOf(k) == WindowRole.Start) || !a.Keys.Any(k => RoleOf(k) == WindowRole.End)) return null;
        int end = a.Keys.First(k => RoleOf(k) == WindowRole.End);
        (LogicalNode from, int time) = WithTime(a.From, end, window.Local);
        int[] keys = [.. a.Keys.Where(k => RoleOf(k) is WindowRole.None or WindowRole.Start)];
        WindowRole[] wanted = [.. a.Keys.Select(RoleOf).Where(r => r is WindowRole.End or WindowRole.Time).Distinct()];
        RelColumn Of(int key) => a.Columns[a.Keys.IndexOf(key)];
        RelColumn[] output =
        [
            .. keys.Select(Of), .. a.Columns.Skip(a.Keys.Length), .. wanted.Select(r => Of(a.Keys.First(k => RoleOf(k) == r))),
        ];
        var function = new WindowFunction(WindowKind.Tumble, time, TimeKind.Event, 1, 1, 0, []);
        var windowed = new LogicalWindowAggregate(from, function, [.. keys], a.Calls, [.. output]) { Attached = window.Function, TtlMs = a.TtlMs };
        int PlaceOf(int i)
        {
            if (i >= a.Keys.Length) return keys.Length + (i - a.Keys.Length);
            int at = Array.IndexOf(keys, a.Keys[i]);
            return at >= 0 ? at : keys.Length + a.Calls.Length + Array.IndexOf(wanted, RoleOf(a.Keys[i]));
        }
        return new LogicalProject(windowed, [.. a.Columns.Select((c, i) => new ColumnExpr(PlaceOf(i), windowed.Columns[PlaceOf(i)].Type))], a.Columns);
    }

    /// <summary>The input with a column that is the window's time.</summary>
    private static (LogicalNode Node, int Time) WithTime(LogicalNode from, int end, bool local)
    {
        int time = from.Columns.ToList().FindIndex(c => c.Window == WindowRole.Time);
        if (time >= 0) return (from, time);
        Expr[] items = [.. from.Columns.Select((c, i) => new ColumnExpr(i, c.Type))];
        SqlType type = SqlType.Timestamp(3).WithNullable(from.Columns[end].Type.Nullable);
        Expr last = new CallExpr("-", [items[end], new LiteralExpr(IntervalValue.Text(1, false), s_millisecond)], type);
        if (local) last = new CastExpr(last, SqlType.TimestampLtz(3).WithNullable(type.Nullable));
        return (new LogicalProject(from, [.. items, last], [.. from.Columns, new RelColumn("window_time$", last.Type, TimeKind.Event, WindowRole.Time)]), items.Length);
    }
}
