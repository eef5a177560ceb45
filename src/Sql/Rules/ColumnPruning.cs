using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>No step computes or carries a column that nothing above it reads; sources read only what is left.</summary>
internal static class ColumnPruning
{
    /// <summary>A node without the columns that are not needed, and where the others went: −1 for those gone.</summary>
    private sealed record Pruned(LogicalNode Node, int[] Position)
    {
        public Expr Remap(Expr e) => ExprTree.Remap(e, i => Position[i]);

        public BoundAggregate Remap(BoundAggregate call) => ExprTree.Rewrite(call, e => e is ColumnExpr c ? c with { Index = Position[c.Index] } : null);

        public static Pruned Same(LogicalNode node) => new(node, [.. Enumerable.Range(0, node.Columns.Length)]);
    }

    public static LogicalSink Apply(LogicalSink sink)
    {
        Pruned input = Prune(sink.From, All(sink.From));
        return (LogicalSink)sink.WithInputs([Exactly(input, sink.From.Columns)]);
    }

    private static SortedSet<int> All(LogicalNode node) => [.. Enumerable.Range(0, node.Columns.Length)];

    private static Pruned Prune(LogicalNode node, SortedSet<int> needed) => node switch
    {
        LogicalScan s => PruneScan(s, needed),
        LogicalProject p => PruneProject(p, needed),
        LogicalFilter f => PruneFilter(f, needed),
        LogicalWindow w => PruneWindow(w, needed),
        LogicalAggregate a => PruneAggregate(a, needed),
        LogicalWindowAggregate a => PruneWindowAggregate(a, needed),
        LogicalUnnest u => PruneUnnest(u, needed),
        LogicalJoin j => PruneJoin(j, needed),
        LogicalUnion u => PruneUnion(u, needed),
        LogicalRank r => PruneRank(r, needed),
        LogicalSort s => PruneSort(s, needed),
        LogicalSetOperation o => Pruned.Same(o.WithInputs([Whole(o.Left), Whole(o.Right)])),
        LogicalOver o => PruneOver(o, needed),
        _ => Pruned.Same(node),
    };

    private static LogicalNode Whole(LogicalNode node) => Exactly(Prune(node, All(node)), node.Columns);

    /// <summary>The pruned node with exactly these columns again, in order.</summary>
    private static LogicalNode Exactly(Pruned pruned, ImmutableArray<RelColumn> columns)
    {
        bool same = pruned.Node.Columns.Length == columns.Length && pruned.Position.Select((p, i) => p == i).All(x => x);
        if (same) return pruned.Node;
        return new LogicalProject(pruned.Node, [.. columns.Select((c, i) => new ColumnExpr(pruned.Position[i], c.Type))], columns);
    }

    private static int[] Positions(int width, int[] kept)
    {
        var positions = new int[width];
        Array.Fill(positions, -1);
        for (int i = 0; i < kept.Length; i++) positions[kept[i]] = i;
        return positions;
    }

    /// <summary>Physical columns, then computed ones, in declared order: as a source delivers them. The watermark's columns stay.</summary>
    private static Pruned PruneScan(LogicalScan s, SortedSet<int> needed)
    {
        ImmutableArray<TableColumn> columns = s.Table.Columns;
        var kept = new SortedSet<int>(needed.Select(i => s.Positions[i]));
        if (s.Table.Watermark is not null)
        {
            kept.Add(s.Table.RowtimeColumn);
            kept.UnionWith(ExprTree.Columns(s.Table.Watermark));
        }
        if (kept.Count == 0) kept.Add(s.Table.PhysicalColumns.MinBy(i => columns[i].Type.Width == 0 ? int.MaxValue : columns[i].Type.Width));
        for (int i = columns.Length - 1; i >= 0; i--)
            if (kept.Contains(i) && columns[i].Computed is { } computed) kept.UnionWith(ExprTree.Columns(computed));
        if (!kept.Any(i => columns[i].Kind != ColumnKind.Computed)) kept.Add(s.Table.PhysicalColumns[0]);
        int[] order = [.. kept.Where(i => columns[i].Kind != ColumnKind.Computed), .. kept.Where(i => columns[i].Kind == ColumnKind.Computed)];
        RelColumn[] output = [.. order.Select(i => s.Table.QueryColumns[i])];
        int[] positions = [.. s.Positions.Select(i => Array.IndexOf(order, i))];
        return new Pruned(new LogicalScan(s.Table, s.Options, [.. order], [.. output]), positions);
    }

    private static Pruned PruneProject(LogicalProject p, SortedSet<int> needed)
    {
        // COUNT(*) of everything projects nothing: the rows below do.
        if (p.Items.IsEmpty) return new Pruned(Prune(p.From, []).Node, []);
        // A row without columns is still a row: something stays to carry it.
        if (needed.Count == 0) needed = [Cheapest(p)];
        int[] kept = [.. needed];
        Pruned input = Prune(p.From, [.. kept.SelectMany(i => ExprTree.Columns(p.Items[i]))]);
        var node = new LogicalProject(input.Node, [.. kept.Select(i => input.Remap(p.Items[i]))], [.. kept.Select(i => p.Columns[i])]);
        return new Pruned(node, Positions(p.Columns.Length, kept));
    }

    private static int Cheapest(LogicalProject p)
    {
        int column = p.Items.ToList().FindIndex(e => e is ColumnExpr or LiteralExpr);
        return Math.Max(column, 0);
    }

    private static Pruned PruneFilter(LogicalFilter f, SortedSet<int> needed)
    {
        Pruned input = Prune(f.From, [.. needed, .. ExprTree.Columns(f.Condition)]);
        return new Pruned(new LogicalFilter(input.Node, input.Remap(f.Condition)), input.Position);
    }

    private static Pruned PruneWindow(LogicalWindow w, SortedSet<int> needed)
    {
        int width = w.From.Columns.Length;
        Pruned input = Prune(w.From, [.. needed.Where(i => i < width), w.Window.TimeColumn, .. w.Window.PartitionBy]);
        int[] positions = [.. input.Position, .. Enumerable.Range(input.Node.Columns.Length, 3)];
        var columns = new RelColumn[input.Node.Columns.Length + 3];
        for (int i = 0; i < positions.Length; i++)
            if (positions[i] >= 0) columns[positions[i]] = w.Columns[i];
        for (int i = 0; i < columns.Length; i++) columns[i] ??= input.Node.Columns[i].Plain();
        return new Pruned(new LogicalWindow(input.Node, Remap(w.Window, input), [.. columns]), positions);
    }

    private static Pruned PruneUnnest(LogicalUnnest u, SortedSet<int> needed)
    {
        int[] kept = [.. Enumerable.Range(0, u.Kept.Length).Where(needed.Contains)];
        Pruned input = Prune(u.From, [.. kept.Select(k => u.Kept[k]), u.Column]);
        int[] all = [.. kept, .. Enumerable.Range(u.Kept.Length, u.Columns.Length - u.Kept.Length)];
        var node = new LogicalUnnest(input.Node, input.Position[u.Column], [.. kept.Select(k => input.Position[u.Kept[k]])], u.Outer, u.Ordinality, [.. all.Select(i => u.Columns[i])]);
        return new Pruned(node, Positions(u.Columns.Length, all));
    }

    private static WindowFunction Remap(WindowFunction w, Pruned input) => w with
    {
        TimeColumn = input.Position[w.TimeColumn],
        PartitionBy = [.. w.PartitionBy.Select(i => input.Position[i])],
    };

    private static Pruned PruneAggregate(LogicalAggregate a, SortedSet<int> needed)
    {
        int[] calls = [.. Enumerable.Range(0, a.Calls.Length).Where(i => needed.Contains(a.Keys.Length + i))];
        Pruned input = Prune(a.From, [.. a.Keys, .. calls.SelectMany(i => ExprTree.Columns(new AggregateExpr(a.Calls[i])))]);
        int[] kept = [.. Enumerable.Range(0, a.Keys.Length), .. calls.Select(i => a.Keys.Length + i)];
        var node = new LogicalAggregate(input.Node, [.. a.Keys.Select(k => input.Position[k])], [.. calls.Select(i => input.Remap(a.Calls[i]))],
            [.. kept.Select(i => a.Columns[i])])
        { TtlMs = a.TtlMs };
        return new Pruned(node, Positions(a.Columns.Length, kept));
    }

    private static Pruned PruneWindowAggregate(LogicalWindowAggregate a, SortedSet<int> needed)
    {
        int[] calls = [.. Enumerable.Range(0, a.Calls.Length).Where(i => needed.Contains(a.Keys.Length + i))];
        Pruned input = Prune(a.From, [.. a.Keys, a.Window.TimeColumn, .. a.Window.PartitionBy, .. calls.SelectMany(i => ExprTree.Columns(new AggregateExpr(a.Calls[i])))]);
        int bounds = a.Keys.Length + a.Calls.Length;
        int[] kept = [.. Enumerable.Range(0, a.Keys.Length), .. calls.Select(i => a.Keys.Length + i), .. needed.Where(i => i >= bounds)];
        var node = new LogicalWindowAggregate(input.Node, Remap(a.Window, input), [.. a.Keys.Select(k => input.Position[k])],
            [.. calls.Select(i => input.Remap(a.Calls[i]))], [.. kept.Select(i => a.Columns[i])])
        { Attached = a.Attached, TtlMs = a.TtlMs };
        return new Pruned(node, Positions(a.Columns.Length, kept));
    }

    private static Pruned PruneJoin(LogicalJoin j, SortedSet<int> needed)
    {
        int width = j.Left.Columns.Length;
        int[] used = [.. needed, .. j.Condition is null ? [] : ExprTree.Columns(j.Condition)];
        Pruned left = Only(j.Left, [.. used.Where(i => i < width)]);
        Pruned right = Only(j.Right, [.. used.Where(i => i >= width).Select(i => i - width)]);
        int leftWidth = left.Node.Columns.Length;
        int[] positions = [.. left.Position, .. right.Position.Select(p => p < 0 ? -1 : p + leftWidth)];
        var columns = new RelColumn[j.Columns.Length == width ? leftWidth : leftWidth + right.Node.Columns.Length];
        for (int i = 0; i < j.Columns.Length; i++)
            if (positions[i] >= 0) columns[positions[i]] = j.Columns[i];
        for (int i = 0; i < columns.Length; i++)
        {
            RelColumn own = i < leftWidth ? left.Node.Columns[i] : right.Node.Columns[i - leftWidth];
            columns[i] ??= own with { Type = own.Type.WithNullable(true) };
        }
        Expr? condition = j.Condition is null ? null : ExprTree.Remap(j.Condition, i => positions[i]);
        LogicalNode node = (j with { Condition = condition, Columns = [.. columns] }) with { Inputs = [left.Node, right.Node] };
        return new Pruned(node, positions[..j.Columns.Length]);
    }

    /// <summary>Without columns that are there for a watermark or a filter below: what keeps its input must not keep those.</summary>
    private static Pruned Only(LogicalNode node, SortedSet<int> needed)
    {
        Pruned pruned = Prune(node, needed);
        if (needed.Count == 0 || pruned.Node.Columns.Length == needed.Count) return pruned;
        int[] kept = [.. needed];
        ImmutableArray<RelColumn> columns = [.. kept.Select(k => pruned.Node.Columns[pruned.Position[k]])];
        var project = new LogicalProject(pruned.Node, [.. kept.Select(k => new ColumnExpr(pruned.Position[k], node.Columns[k].Type))], columns);
        return new Pruned(project, Positions(node.Columns.Length, kept));
    }

    private static Pruned PruneUnion(LogicalUnion u, SortedSet<int> needed)
    {
        if (needed.Count == 0) needed = [0];
        int[] kept = [.. needed];
        LogicalNode[] inputs = [.. u.From.Select(i => Keep(Prune(i, needed), i, kept))];
        return new Pruned(new LogicalUnion([.. inputs], [.. kept.Select(i => u.Columns[i])]), Positions(u.Columns.Length, kept));
    }

    private static LogicalNode Keep(Pruned pruned, LogicalNode before, int[] kept)
    {
        bool same = pruned.Node.Columns.Length == kept.Length && kept.Select((k, i) => pruned.Position[k] == i).All(x => x);
        if (same) return pruned.Node;
        return new LogicalProject(pruned.Node, [.. kept.Select(k => new ColumnExpr(pruned.Position[k], before.Columns[k].Type))], [.. kept.Select(k => before.Columns[k])]);
    }

    private static Pruned PruneRank(LogicalRank r, SortedSet<int> needed)
    {
        int number = r.From.Columns.Length;
        Pruned input = Only(r.From, [.. needed.Where(i => i < number), .. r.PartitionBy, .. r.OrderBy.Select(k => k.Column)]);
        bool numbered = needed.Contains(number);
        int[] positions = [.. input.Position, numbered ? input.Node.Columns.Length : -1];
        ImmutableArray<RelColumn> columns = numbered ? [.. input.Node.Columns, r.Columns[number]] : input.Node.Columns;
        var node = new LogicalRank(input.Node, [.. r.PartitionBy.Select(i => input.Position[i])],
            [.. r.OrderBy.Select(k => k with { Column = input.Position[k.Column] })], r.First, r.Last, numbered, columns)
        { LastOfEqual = r.LastOfEqual, Window = r.Window };
        return new Pruned(node, positions);
    }

    private static Pruned PruneOver(LogicalOver o, SortedSet<int> needed)
    {
        int width = o.From.Columns.Length;
        // The order of arrival is read from no column.
        SortKeyExpr Clock(SortKeyExpr key) => key.Value is ColumnExpr c && o.From.Columns[c.Index].Time == TimeKind.Processing ? key with { Value = Proctime.Call } : key;
        o = o with { Calls = [.. o.Calls.Select(c => c with { OrderBy = [.. c.OrderBy.Select(Clock)] })] };
        Pruned input = Only(o.From, [.. needed.Where(i => i < width), .. o.Calls.SelectMany(ExprTree.Parts).SelectMany(ExprTree.Columns)]);
        ImmutableArray<OverCall> calls = [.. o.Calls.Select(c => ExprTree.Rewrite(c, e => e is ColumnExpr x ? x with { Index = input.Position[x.Index] } : null))];
        int[] positions = [.. input.Position, .. calls.Select((_, i) => input.Node.Columns.Length + i)];
        return new Pruned(new LogicalOver(input.Node, calls, [.. input.Node.Columns, .. o.Columns.Skip(width)]), positions);
    }

    private static Pruned PruneSort(LogicalSort s, SortedSet<int> needed)
    {
        if (s is { Limit: null, Keys: [{ Descending: false, Column: var only }] } && s.From.Columns[only].Time == TimeKind.Processing) s = new LogicalSort(s.From, [], s.Offset, null);
        Pruned input = Only(s.From, [.. needed, .. s.Keys.Select(k => k.Column)]);
        return new Pruned(new LogicalSort(input.Node, [.. s.Keys.Select(k => k with { Column = input.Position[k.Column] })], s.Offset, s.Limit), input.Position);
    }
}
