using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Logical;

/// <summary>Clauses to algebra, as literally as can be; rules make it good.</summary>
internal static class LogicalBuilder
{
    public static LogicalSink Build(BoundInsert insert)
    {
        LogicalNode query = Build(insert.Query);
        if (insert.Where is not null) query = new LogicalFilter(query, insert.Where);
        ImmutableArray<RelColumn> payload =
        [
            .. insert.Target.PhysicalColumns.Select((c, i) => new RelColumn(insert.Target.Columns[c].Name, insert.Values[i].Type,
                insert.Values[i] is ColumnExpr column ? query.Columns[column.Index].Time : TimeKind.None)),
        ];
        return new LogicalSink(new LogicalProject(query, insert.Values, payload), insert.Target, insert.Options);
    }

    private static LogicalNode Build(BoundQuery query)
    {
        LogicalNode node = query switch
        {
            BoundScan s => new LogicalScan(s.Table, s.Options, [.. Enumerable.Range(0, s.Columns.Length)], s.Columns),
            BoundValues v => new LogicalValues(v.Rows, v.Columns),
            BoundWindow w => new LogicalWindow(Build(w.Input), w.Window, w.Columns),
            BoundJoin j => new LogicalJoin(j.Kind, Build(j.Left), Build(j.Right), j.Condition, j.Columns) { LeftTtlMs = j.LeftTtlMs, RightTtlMs = j.RightTtlMs },
            BoundUnnest u => Unnest(u),
            BoundSelect s => Select(s),
            BoundSetOperation o => SetOperation(o),
            BoundOrder o => Order(o),
            _ => throw new ArgumentException($"unknown query {query.GetType().Name}", nameof(query)),
        };
        // AS t(a, b) has given the query's columns other names.
        return node.Columns.AsSpan().SequenceEqual(query.Columns.AsSpan()) ? node : node with { Columns = query.Columns };
    }

    private static LogicalUnnest Unnest(BoundUnnest u)
    {
        LogicalNode input = Build(u.Input);
        int width = input.Columns.Length;
        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).Append(u.Collection);
        var project = new LogicalProject(input, [.. items], [.. input.Columns, new RelColumn("collection$", u.Collection.Type)]);
        return new LogicalUnnest(project, width, [.. Enumerable.Range(0, width)], u.Outer, u.Ordinality, u.Columns);
    }

    private static LogicalNode Select(BoundSelect s)
    {
        LogicalNode node = Build(s.Input);
        if (s.Where is not null) node = new LogicalFilter(node, s.Where);
        BoundGrouping? grouping = s.Grouping;
        if (s.Window is { Kind: WindowKind.Session })
        {
            (node, grouping) = SessionKeys.Build(node, s.Window, grouping!);
        }
        else if (s.Window is not null)
        {
            RelColumn time = node.Columns[s.Window.TimeColumn];
            node = new LogicalWindow(node, s.Window, [.. node.Columns.Select(c => c.Plain()), .. GroupWindows.Columns(time)]);
        }
        if (grouping is not null) node = Aggregate(node, grouping, s.TtlMs);
        if (s.Having is not null) node = new LogicalFilter(node, s.Having);
        if (s.Over.Length > 0) node = new LogicalOver(node, s.Over, [.. node.Columns, .. s.Over.Select((o, i) => new RelColumn($"w{i}$o", o.Type))]);
        if (s.Qualify is not null) node = new LogicalFilter(node, s.Qualify);
        node = new LogicalProject(node, s.Items, s.Columns);
        return s.Distinct ? Distinct(node) with { TtlMs = grouping is null ? s.TtlMs : null } : node;
    }

    private static LogicalAggregate Distinct(LogicalNode node) =>
        new(node, [.. Enumerable.Range(0, node.Columns.Length)], [], [.. node.Columns.Select(c => c.Window == WindowRole.None ? c.Plain() : c)]);

    /// <summary>A projection gives each key, argument and filter a column, so that the aggregate has none but columns.</summary>
    private static LogicalNode Aggregate(LogicalNode input, BoundGrouping grouping, long? ttlMs)
    {
        var items = new List<Expr>(grouping.Keys);
        var columns = new List<RelColumn>(grouping.Columns.Take(grouping.Keys.Length));
        for (int i = 0; i < items.Count; i++)
        {
            // Keys keep the names and time attributes of their columns below; the grouping decides what is left of these above.
            if (items[i] is ColumnExpr c) columns[i] = input.Columns[c.Index];
        }
        Expr Place(Expr e)
        {
            int at = items.IndexOf(e);
            if (at < 0)
            {
                at = items.Count;
                items.Add(e);
                columns.Add(e is ColumnExpr c ? input.Columns[c.Index] : new RelColumn($"e{at}$", e.Type));
            }
            return new ColumnExpr(at, e.Type);
        }
        ImmutableArray<BoundAggregate> calls =
        [
            .. grouping.Aggregates.Select(a => a with { Arguments = [.. a.Arguments.Select(Place)], Filter = a.Filter is null ? null : Place(a.Filter) }),
        ];
        var project = new LogicalProject(input, [.. items], [.. columns]);
        LogicalNode[] sets = [.. grouping.Sets.Select((_, s) => AggregateSet(project, grouping, calls, s, ttlMs))];
        return sets.Length == 1 ? sets[0] : new LogicalUnion([.. sets], grouping.Columns);
    }

    /// <summary>One grouping set: an aggregate by its keys, NULL for the others, its value of each grouping function.</summary>
    private static LogicalNode AggregateSet(LogicalProject input, BoundGrouping grouping, ImmutableArray<BoundAggregate> calls, int number, long? ttlMs)
    {
        ImmutableArray<int> set = grouping.Sets[number];
        int keys = grouping.Keys.Length;
        ImmutableArray<RelColumn> columns = [.. set.Select(k => grouping.Columns[k] with { Type = grouping.Keys[k].Type }), .. grouping.Columns.Skip(keys).Take(calls.Length)];
        var aggregate = new LogicalAggregate(input, set, calls, columns) { TtlMs = ttlMs };
        if (set.Length == keys && grouping.Functions.IsEmpty) return aggregate;
        Expr[] items =
        [
            .. Enumerable.Range(0, keys).Select(k => set.Contains(k) ? (Expr)new ColumnExpr(set.IndexOf(k), grouping.Keys[k].Type) : new LiteralExpr(null, grouping.Columns[k].Type)),
            .. calls.Select((c, i) => new ColumnExpr(set.Length + i, c.Type)),
            .. grouping.Functions.Select(f => new LiteralExpr(f[number].ToString(System.Globalization.CultureInfo.InvariantCulture), SqlType.BigInt.NotNull)),
        ];
        return new LogicalProject(aggregate, [.. items], grouping.Columns);
    }

    private static LogicalNode SetOperation(BoundSetOperation o)
    {
        if (o.Operator != "UNION") return new LogicalSetOperation(o.Operator, o.All, Build(o.Left), Build(o.Right), o.Columns);
        var inputs = ImmutableArray.CreateBuilder<LogicalNode>();
        Flatten(o.Left, o.All, inputs);
        Flatten(o.Right, o.All, inputs);
        var union = new LogicalUnion(inputs.ToImmutable(), o.Columns);
        return o.All ? union : Distinct(union);
    }

    /// <summary>UNION ALL of UNION ALL is one union.</summary>
    private static void Flatten(BoundQuery query, bool all, ImmutableArray<LogicalNode>.Builder inputs)
    {
        if (all && query is BoundSetOperation { Operator: "UNION", All: true } inner)
        {
            Flatten(inner.Left, all, inputs);
            Flatten(inner.Right, all, inputs);
        }
        else
        {
            inputs.Add(Build(query));
        }
    }

    private static LogicalNode Order(BoundOrder o)
    {
        LogicalNode input = Build(o.Input);
        int width = input.Columns.Length;
        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).ToList();
        var keys = ImmutableArray.CreateBuilder<SortColumn>();
        foreach (SortKeyExpr key in o.Keys)
        {
            int at = items.IndexOf(key.Value);
            if (at < 0) { at = items.Count; items.Add(key.Value); }
            keys.Add(new SortColumn(at, key.Descending, key.NullsFirst));
        }
        if (items.Count > width)
            input = new LogicalProject(input, [.. items], [.. input.Columns, .. items.Skip(width).Select((e, i) => new RelColumn($"s{i}$", e.Type))]);
        LogicalNode sort = new LogicalSort(input, keys.ToImmutable(), o.Offset, o.Limit);
        return items.Count == width ? sort : new LogicalProject(sort, [.. items.Take(width)], o.Columns);
    }
}
