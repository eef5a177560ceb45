using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;
using OrleansStream.Sql.Rules;

namespace OrleansStream.Sql.Physical;

/// <summary>Joins: finds the equalities between the sides, gives keys that are expressions a column, leaves the rest to a filter.</summary>
internal sealed partial class PhysicalBuilder
{
    private PhysicalNode? Join(LogicalJoin j, PhysicalNode left, PhysicalNode right)
    {
        int width = left.Columns.Length;
        var leftKeys = new List<Expr>();
        var rightKeys = new List<Expr>();
        var rest = new List<Expr>();
        foreach (Expr conjunct in j.Condition is null ? [] : ExprTree.Conjuncts(j.Condition))
        {
            if (Equality(conjunct, width) is var (l, r)) { leftKeys.Add(l); rightKeys.Add(r); }
            else rest.Add(conjunct);
        }
        bool hinted = (j.LeftTtlMs ?? j.RightTtlMs) is not null;
        if (j.Window is not null && hinted) return NoTtl("a window join keeps");
        if (j.Window is not null) return WindowJoin(j, left, right, leftKeys, rightKeys, ExprTree.And(rest));
        bool pads = j.Kind is not (JoinKind.Semi or JoinKind.Anti);
        if (pads && TimeBounds.Of(rest, left.Columns, right.Columns) is var (bounds, others))
            return hinted ? NoTtl("an interval join keeps") : IntervalJoin(j, left, right, leftKeys, rightKeys, bounds, others);
        (PhysicalNode wideLeft, ImmutableArray<int> keysLeft) = WithKeys(left, leftKeys);
        (PhysicalNode wideRight, ImmutableArray<int> keysRight) = WithKeys(right, rightKeys);
        int Position(int i) => i < width ? i : i - width + wideLeft.Columns.Length;
        Expr? condition = Remapped(rest, Position);
        // A join forwards columns but no time: pairs come in any order of it.
        ImmutableArray<RelColumn> columns = Output(j, wideLeft, wideRight, c => c.Plain());
        bool filters = j.Kind == JoinKind.Inner;
        PhysicalNode join = new PhysicalJoin(j.Kind, wideLeft, wideRight, keysLeft, keysRight, filters ? null : condition, columns)
        {
            LeftTtlMs = j.LeftTtlMs ?? options.TtlMs,
            RightTtlMs = j.RightTtlMs ?? options.TtlMs,
        };
        if (filters && condition is not null) join = new PhysicalFilter(join, condition);
        return Narrowed(join, j, Position);
    }

    private static PhysicalNode IntervalJoin(
        LogicalJoin j, PhysicalNode left, PhysicalNode right, List<Expr> leftKeys, List<Expr> rightKeys, TimeBounds bounds, List<Expr> rest)
    {
        (PhysicalNode wideLeft, ImmutableArray<int> keysLeft) = WithKeys(left, leftKeys);
        (PhysicalNode wideRight, ImmutableArray<int> keysRight) = WithKeys(right, rightKeys);
        int Position(int i) => i < left.Columns.Length ? i : i - left.Columns.Length + wideLeft.Columns.Length;
        // Its watermark waits for its rows: both times stay what they are.
        ImmutableArray<RelColumn> columns = Output(j, wideLeft, wideRight, c => c with { Window = WindowRole.None });
        return Narrowed(new PhysicalIntervalJoin(j.Kind, wideLeft, wideRight, keysLeft, keysRight, bounds, Remapped(rest, Position), columns), j, Position);
    }

    private static Expr? Remapped(List<Expr> conditions, Func<int, int> position) => ExprTree.And(conditions) is { } all ? ExprTree.Remap(all, position) : null;

    /// <summary>The end of the window chooses where a row is kept; its start does so too, but of sessions, which may end together.</summary>
    private static PhysicalNode WindowJoin(LogicalJoin j, PhysicalNode left, PhysicalNode right, List<Expr> leftKeys, List<Expr> rightKeys, Expr? condition)
    {
        (PhysicalNode wideLeft, ImmutableArray<int> keysLeft) = WithKeys(left, leftKeys);
        (PhysicalNode wideRight, ImmutableArray<int> keysRight) = WithKeys(right, rightKeys);
        int Bound(WindowRole role)
        {
            (int l, int r) = WindowJoins.Bound(j, role)!.Value;
            return Enumerable.Range(0, keysLeft.Length).First(i => keysLeft[i] == l && keysRight[i] == r - left.Columns.Length);
        }
        int end = Bound(WindowRole.End), start = Bound(WindowRole.Start);
        ImmutableArray<int> inner = [.. Enumerable.Range(0, keysLeft.Length).Where(i => i != end && (i != start || j.Window!.Function.Kind == WindowKind.Session))];
        int Position(int i) => i < left.Columns.Length ? i : i - left.Columns.Length + wideLeft.Columns.Length;
        ImmutableArray<RelColumn> columns = Output(j, wideLeft, wideRight, c => c);
        var join = new PhysicalWindowJoin(j.Kind, wideLeft, wideRight, keysLeft, keysRight, inner, end, condition is null ? null : ExprTree.Remap(condition, Position), j.Window!, columns);
        return Narrowed(join, j, Position);
    }

    /// <summary>Columns of a join of these inputs; those of a side that may be padded become nullable.</summary>
    private static ImmutableArray<RelColumn> Output(LogicalJoin j, PhysicalNode left, PhysicalNode right, Func<RelColumn, RelColumn> forward)
    {
        RelColumn Padded(RelColumn c, bool padded) => forward(c) with { Type = c.Type.WithNullable(c.Type.Nullable || padded) };
        IEnumerable<RelColumn> columns = left.Columns.Select(c => Padded(c, j.Kind is JoinKind.Right or JoinKind.Full));
        if (j.Kind is not (JoinKind.Semi or JoinKind.Anti)) columns = columns.Concat(right.Columns.Select(c => Padded(c, j.Kind is JoinKind.Left or JoinKind.Full)));
        return [.. columns];
    }

    /// <summary>Without the columns that were added for keys.</summary>
    private static PhysicalNode Narrowed(PhysicalNode join, LogicalJoin j, Func<int, int> position)
    {
        if (join.Columns.Length == j.Columns.Length) return join;
        return new PhysicalProject(join, [.. j.Columns.Select((c, i) => new ColumnExpr(position(i), join.Columns[position(i)].Type))], [.. j.Columns.Select((c, i) => join.Columns[position(i)] with { Name = c.Name })]);
    }

    /// <summary>left = right, each over its own side; null if the condition is another.</summary>
    private static (Expr Left, Expr Right)? Equality(Expr condition, int width)
    {
        if (condition is not CallExpr { Function: "=", Arguments: [var a, var b] }) return null;
        if (!TypeRules.SameButNullability(a.Type, b.Type)) return null;
        if (On(a, left: false, width) && On(b, left: true, width)) (a, b) = (b, a);
        if (!On(a, left: true, width) || !On(b, left: false, width)) return null;
        return (a, ExprTree.Remap(b, i => i - width));
    }

    private static bool On(Expr e, bool left, int width)
    {
        int[] columns = [.. ExprTree.Columns(e)];
        return columns.Length > 0 && columns.All(i => i < width == left);
    }

    private static (PhysicalNode Node, ImmutableArray<int> Keys) WithKeys(PhysicalNode input, List<Expr> keys)
    {
        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).ToList();
        var columns = input.Columns.ToList();
        var positions = ImmutableArray.CreateBuilder<int>();
        foreach (Expr key in keys)
        {
            int at = key is ColumnExpr column ? column.Index : items.IndexOf(key);
            if (at < 0)
            {
                at = items.Count;
                items.Add(key);
                columns.Add(new RelColumn($"j{at}$", key.Type));
            }
            positions.Add(at);
        }
        if (items.Count == input.Columns.Length) return (input, positions.ToImmutable());
        return (new PhysicalProject(input, [.. items], [.. columns]), positions.ToImmutable());
    }
}
