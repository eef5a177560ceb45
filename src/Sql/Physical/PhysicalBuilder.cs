using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Logical;
using OrleansStream.Sql.Planning;
using OrleansStream.Sql.Rules;

namespace OrleansStream.Sql.Physical;

/// <summary>Chooses an operator for each logical step; says so where there is none yet.</summary>
/// <param name="span">what findings point at: the statement's target or its query.</param>
internal sealed partial class PhysicalBuilder(PhysicalOptions options, TextSpan span, DiagnosticBag diagnostics)
{
    /// <summary>A view used twice is one logical node, and stays one.</summary>
    private readonly Dictionary<LogicalNode, PhysicalNode?> _built = new(ReferenceEqualityComparer.Instance);

    /// <summary>The operators, or null after a finding.</summary>
    public PhysicalNode? Build(LogicalNode node)
    {
        if (_built.TryGetValue(node, out PhysicalNode? known)) return known;
        return _built[node] = BuildNew(node);
    }

    private PhysicalNode? BuildNew(LogicalNode node)
    {
        var inputs = new List<PhysicalNode>();
        foreach (LogicalNode input in node.Inputs)
        {
            if (Build(input) is not { } built) return null;
            inputs.Add(built);
        }
        switch (node)
        {
            case LogicalScan s: return Scan(s);
            case LogicalFilter f: return new PhysicalFilter(inputs[0], f.Condition);
            case LogicalProject p: return ProjectMerge.IsIdentity(p) ? inputs[0] : new PhysicalProject(inputs[0], p.Items, Forwarded(p, inputs[0]));
            case LogicalWindowAggregate { TtlMs: not null }: return NoTtl("a window aggregate keeps");
            case LogicalWindowAggregate a: return WindowAggregate(a, inputs[0]);
            case LogicalSink s: return Sink(s, inputs[0]);
            case LogicalWindow w: return Assign(w, inputs[0]);
            case LogicalAggregate a: return GroupAggregate(a, inputs[0]);
            case LogicalJoin j: return Join(j, inputs[0], inputs[1]);
            case LogicalUnnest u: return new PhysicalUnnest(inputs[0], u.Column, u.Kept, u.Outer, u.Ordinality, u.Columns);
            case LogicalUnion u: return new PhysicalUnion([.. inputs], u.Columns);
            case LogicalSetOperation o: return NotYet(o.Operator, null);
            case LogicalRank r: return Rank(r, inputs[0]);
            case LogicalOver over: return Over(over, inputs[0]);
            case LogicalSort s: return Sort(s, inputs[0]);
            default: throw new ArgumentException($"unknown step {node.GetType().Name}", nameof(node));
        }
    }

    /// <summary>A column is a time attribute while what it forwards is one: behind a join that keeps no time it is none.</summary>
    private static ImmutableArray<RelColumn> Forwarded(LogicalProject p, PhysicalNode input) =>
        [.. p.Columns.Select((c, i) => p.Items[i] is ColumnExpr x && input.Columns[x.Index].Time == TimeKind.None ? c with { Time = TimeKind.None } : c)];

    private PhysicalNode? Scan(LogicalScan s)
    {
        SourceChangelog changelog = options.Changelog(s.Options);
        if (changelog.Before) return new PhysicalScan(s.Table, s.Options, s.Positions, s.Columns, changelog);
        if (s.Table.PrimaryKey.IsEmpty)
            return Refuse(Codes.UpdatesRefused, $"the source {s.Table.Name} gives updates without the rows before, which are addressed by a primary key", "declare PRIMARY KEY (…) NOT ENFORCED");
        // The key is read even when the query does not ask for it: before the computed columns, which come last.
        ImmutableArray<int> missing = [.. s.Table.PrimaryKey.Where(k => !s.Positions.Contains(k))];
        int at = s.Positions.Count(p => s.Table.Columns[p].Kind != ColumnKind.Computed);
        ImmutableArray<int> positions = s.Positions.InsertRange(at, missing);
        ImmutableArray<RelColumn> columns = s.Columns.InsertRange(at, missing.Select(k => new RelColumn(s.Table.Columns[k].Name, s.Table.Columns[k].Type)));
        var scan = new PhysicalScan(s.Table, s.Options, positions, columns, changelog);
        var normal = new PhysicalChangelogNormalize(scan, [.. s.Table.PrimaryKey.Select(k => positions.IndexOf(k))], options.TtlMs);
        if (missing.IsEmpty) return normal;
        return new PhysicalProject(normal, [.. s.Positions.Select((p, i) => (Expr)new ColumnExpr(positions.IndexOf(p), s.Columns[i].Type))], s.Columns);
    }

    /// <summary>What ends with its time has no other one to live.</summary>
    private PhysicalNode? NoTtl(string what) => Refuse(Codes.NotSupported, $"STATE_TTL: {what} its rows as long as their times ask for, no more and no less", "leave the hint out");

    private PhysicalNode? NotYet(string what, string? help) => Refuse(Codes.NotSupported, $"{what} is not supported yet", help);

    private PhysicalNode? Refuse(string code, string message, string? help)
    {
        diagnostics.Error(code, span, message, help);
        return null;
    }

    private PhysicalGroupAggregate GroupAggregate(LogicalAggregate a, PhysicalNode input)
    {
        ImmutableArray<AggregateCall> calls = [.. a.Calls.Select(Call)];
        var single = new GroupAggregateSpec(RelColumn.Schema(a.Columns), a.Keys, calls, false, false, AggregatePhase.Single, a.TtlMs ?? options.TtlMs);
        bool retracts = Emits(input) != ModifyKinds.Insert;
        if (!options.TwoPhase || options.EmitEach || !calls.All(c => EngineAggregates.Splits(c, retracts))) return new PhysicalGroupAggregate(input, single, a.Columns);
        (GroupAggregateSpec partial, GroupAggregateSpec final) = single.Split(input.Schema);
        var before = new PhysicalGroupAggregate(input, partial, [.. partial.Output.Fields.Select(f => new RelColumn(f.Name, f.Type))]);
        return new PhysicalGroupAggregate(before, final, a.Columns);
    }

    // What the first pass will find.
    private static ModifyKinds Emits(PhysicalNode node) => node.Emits([.. node.Inputs.Select(Emits)]);

    public static AggregateCall Call(BoundAggregate call) => new(
        call.Function, [.. call.Arguments.Select(e => ((ColumnExpr)e).Index)], [.. call.Arguments.Select(e => e.Type)],
        call.Filter is ColumnExpr filter ? filter.Index : -1,
        call.Distinct && call.Function is not ("MIN" or "MAX"), call.Type);

    private PhysicalSink Sink(LogicalSink s, PhysicalNode input)
    {
        string connector = s.Options.First(o => o.Key == "connector").Value;
        int[] physical = [.. s.Target.PhysicalColumns];
        // Types are the query's where only nullability or a text's declared length differ: the values pass as they are.
        var schema = new Schema([.. physical.Select((c, i) => new Field(s.Target.Columns[c].Name, s.Columns[i].Type))]);
        var table = new TableRef(s.Target.Name, connector, TableOptions(s.Options), schema,
            [.. s.Target.PrimaryKey.Select(k => Array.IndexOf(physical, k))], [.. s.Target.PartitionKeys.Select(k => Array.IndexOf(physical, k))]);
        return new PhysicalSink(input, table, options.TakesUpdates(table));
    }

    /// <summary>The options that the connector sees: all but its own name.</summary>
    public static ImmutableSortedDictionary<string, string> TableOptions(ImmutableArray<TableOption> options) =>
        options.Where(o => o.Key != "connector").ToImmutableSortedDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal);
}

/// <summary>What the choice of operators depends on beside the query.</summary>
/// <param name="TwoPhase">aggregate before the exchange too, where that is possible.</param>
/// <param name="EmitEach">every intermediate change is to be seen: no rows are summed up before the exchange.</param>
/// <param name="TtlMs">ms after which unused state is forgotten; 0: never.</param>
/// <param name="Changelog">kinds of the rows of a source with these options.</param>
/// <param name="TakesUpdates">whether a table's connector, or its format, can write updates.</param>
/// <param name="SortAtEnd">ORDER BY anything, when the input has ended.</param>
internal sealed record PhysicalOptions(
    bool TwoPhase, bool EmitEach, long TtlMs, Func<ImmutableArray<TableOption>, SourceChangelog> Changelog, Predicate<TableRef> TakesUpdates, bool SortAtEnd = false);
