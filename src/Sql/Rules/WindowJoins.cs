using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// A join of two windowed inputs whose condition makes both bounds of the windows equal is a window join: it keeps a window's rows until the window ends. Without one of the
/// bounds, with windows that are cut differently, or with an input that takes rows back, it is a join like any other, whose state stays.
/// </summary>
internal static class WindowJoins
{
    public static LogicalNode Match(LogicalNode node) => node is LogicalJoin { Window: null, Condition: not null } j && Of(j) is { } window ? j with { Window = window } : node;

    /// <summary>The equality between the sides' columns of one role, as positions in left ++ right.</summary>
    public static (int Left, int Right)? Bound(LogicalJoin j, WindowRole role)
    {
        int width = j.Left.Columns.Length;
        WindowRole RoleOf(int i) => (i < width ? j.Left.Columns[i] : j.Right.Columns[i - width]).Window;
        foreach (Expr e in ExprTree.Conjuncts(j.Condition!))
        {
            if (e is not CallExpr { Function: "=", Arguments: [ColumnExpr a, ColumnExpr b] } || RoleOf(a.Index) != role || RoleOf(b.Index) != role) continue;
            if (a.Index < width && b.Index >= width) return (a.Index, b.Index);
            if (b.Index < width && a.Index >= width) return (b.Index, a.Index);
        }
        return null;
    }

    private static JoinWindow? Of(LogicalJoin j)
    {
        if (Bound(j, WindowRole.Start) is null || Bound(j, WindowRole.End) is null) return null;
        if (WindowOf(j.Left) is not { } left || WindowOf(j.Right) is not { } right) return null;
        return left.Function.SameWindows(right.Function) && left.Function.Time == TimeKind.Event && left.Local == right.Local ? left : null;
    }

    /// <summary>The windows that rows of a node are in; null if none, or if they may be taken back.</summary>
    internal static JoinWindow? WindowOf(LogicalNode node) => node switch
    {
        LogicalWindow w => new JoinWindow(w.Window, IsLocal(w.From, w.Window)),
        LogicalWindowAggregate a => new JoinWindow(a.Attached ?? a.Window, IsLocal(a.From, a.Window)),
        LogicalJoin j => j.Window,
        LogicalRank r => r.Window,
        LogicalProject or LogicalFilter => WindowOf(node.Inputs[0]),
        _ => null,
    };

    private static bool IsLocal(LogicalNode input, WindowFunction window) => input.Columns[window.TimeColumn].Type.Kind == TypeKind.TimestampLtz;
}
