using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Logical;
using OrleansStream.Sql.Physical;
using OrleansStream.Sql.Rules;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Planning;

/// <summary>One job in all its representations but the first.</summary>
public sealed record PlannedJob(
    ImmutableArray<BoundInsert> Bound, ImmutableArray<LogicalNode> Logical, ImmutableArray<LogicalNode> Optimized, ImmutableArray<PhysicalNode> Physical,
    Plan Plan, Schema? ResultSchema)
{
    /// <summary>As EXPLAIN prints it.</summary>
    public string Explain() =>
        "== Abstract Syntax Tree ==\n" + string.Join("\n", Logical.Select(LogicalPrinter.Print))
        + "\n== Optimized Physical Plan ==\n" + string.Join("\n", Physical.Select(PhysicalPrinter.Print))
        + "\n== Optimized Execution Plan ==\n" + PlanPrinter.Print(Plan);
}

/// <summary>From a statement to a plan.</summary>
internal sealed class JobPlanner(
    Catalog catalog, ImmutableSortedDictionary<string, string> settings, IFunctions functions, IConnectorSchemas connectors, DiagnosticBag diagnostics)
{
    /// <summary>The job, or null after a finding.</summary>
    public PlannedJob? Plan(Statement statement)
    {
        int before = diagnostics.Items.Count;
        var bound = new List<(BoundInsert Insert, TextSpan Span)>();
        foreach ((Statement part, TextSpan span) in Parts(statement))
        {
            var binder = new InsertBinder(catalog, settings, functions, diagnostics);
            BoundInsert? insert = part is Insert i ? binder.Bind(i) : binder.BindQuery(((QueryStatement)part).Query);
            if (insert is not null) bound.Add((insert, span));
        }
        if (diagnostics.Items.Count > before) return null;
        if (bound.Count == 0)
        {
            diagnostics.Error(Codes.NothingToRun, statement.Span, "this statement set is empty");
            return null;
        }
        return Plan(bound, (statement as QueryStatement) is not null);
    }

    private static IEnumerable<(Statement, TextSpan)> Parts(Statement statement) => statement switch
    {
        StatementSet set => set.Inserts.Select(i => ((Statement)i, i.Table.Span)),
        Insert insert => [(insert, insert.Table.Span)],
        _ => [(statement, statement.Span)],
    };

    private PlannedJob? Plan(List<(BoundInsert Insert, TextSpan Span)> bound, bool collect)
    {
        int before = diagnostics.Items.Count;
        LogicalSink[] logical = [.. bound.Select(b => LogicalBuilder.Build(b.Insert))];
        LogicalSink[] optimized = [.. logical.Select(Optimizer.Optimize)];
        var check = new OptionCheck(connectors, diagnostics);
        for (int i = 0; i < optimized.Length; i++) CheckTables(optimized[i], check, bound[i].Span);
        if (diagnostics.Items.Count > before) return null;
        var physical = ImmutableArray.CreateBuilder<PhysicalNode>();
        for (int i = 0; i < optimized.Length; i++)
        {
            PhysicalNode? built = new PhysicalBuilder(Options(), bound[i].Span, diagnostics).Build(optimized[i]);
            if (built is not null) physical.Add(Passes.Apply(built, bound[i].Span, diagnostics));
        }
        for (int i = 0; i < physical.Count; i++)
        {
            CheckOperators(physical[i], bound[i].Span);
            CheckUpsertKey((PhysicalSink)physical[i], bound[i].Span);
            new ExpressionCheck(bound[i].Span, diagnostics).Check(physical[i]);
        }
        if (diagnostics.Items.Count > before) return null;
        ImmutableArray<PhysicalNode> roots = Shared(physical.ToImmutable());
        Plan plan = StageCutter.Cut(roots, settings, WatermarkInterval());
        Schema? result = collect ? RelColumn.Schema(bound[0].Insert.Query.Columns) : null;
        return new PlannedJob([.. bound.Select(b => b.Insert)], [.. logical], [.. optimized], roots, plan, result);
    }

    /// <summary>With equal parts as one, unless that would make stages feed each other in a circle.</summary>
    private ImmutableArray<PhysicalNode> Shared(ImmutableArray<PhysicalNode> roots)
    {
        if (settings.GetValueOrDefault("table.optimizer.reuse-sub-plan-enabled") == "false") return roots;
        var sharing = new SharedPlans();
        ImmutableArray<PhysicalNode> shared = [.. roots.Select(sharing.Apply)];
        return StageCutter.IsAcyclic(shared) ? shared : roots;
    }

    private PhysicalOptions Options()
    {
        bool twoPhase = settings.GetValueOrDefault("table.optimizer.agg-phase-strategy", "AUTO") != "ONE_PHASE";
        bool sortAtEnd = settings.GetValueOrDefault("__table.exec.sort.non-temporal.enabled__") == "true";
        return new PhysicalOptions(twoPhase, settings.GetValueOrDefault("emit") == "each", Duration("table.exec.state.ttl", 0), Changelog, TakesUpdates, sortAtEnd);
    }

    private SourceChangelog Changelog(ImmutableArray<TableOption> options) =>
        SourceChangelog.Of(options.FirstOrDefault(o => o.Key == "connector") is { } c ? connectors.Find(c.Value) : null, options);

    private bool TakesUpdates(TableRef table)
    {
        if (table.Connector == InsertBinder.CollectConnector) return true;
        return connectors.Find(table.Connector) is { } schema
            && (schema.TakesUpdates || (table.Options.TryGetValue("format", out string? format) && schema.UpdateFormats.Contains(format)));
    }

    private long WatermarkInterval() => Duration("pipeline.auto-watermark-interval", WatermarkSpec.DefaultIntervalMs);

    private long Duration(string setting, long otherwise) =>
        settings.TryGetValue(setting, out string? text) && OrleansStream.Engine.Connect.OptionText.TryDuration(text, out TimeSpan value) ? (long)value.TotalMilliseconds : otherwise;

    /// <summary>Traits are known for more operators than there are.</summary>
    private void CheckOperators(PhysicalNode node, TextSpan span)
    {
        if (node.NotYet is { } what) diagnostics.Error(Codes.NotSupported, span, $"{what} is not supported yet");
        foreach (PhysicalNode input in node.Inputs) CheckOperators(input, span);
    }

    /// <summary>Updates of one key must come in their order: that is sure only if they are addressed by the key under which the sink keeps rows.</summary>
    private void CheckUpsertKey(PhysicalSink sink, TextSpan span)
    {
        ImmutableArray<int> key = sink.Target.PrimaryKey;
        Traits input = sink.Input.Traits;
        if (key.IsEmpty || input.ModifyKinds == ModifyKinds.Insert || input.UpsertKeys.Any(k => k.All(key.Contains))) return;
        string wanted = string.Join(", ", key.Select(k => sink.Target.Schema[k].Name));
        string given = input.UpsertKeys.IsEmpty ? "by no key" : "by (" + string.Join(") or (", input.UpsertKeys.Select(k => string.Join(", ", k.Select(c => sink.Target.Schema[c].Name)))) + ")";
        diagnostics.Error(Codes.UpsertKey, span, $"the primary key of '{sink.Target.Name}' is ({wanted}), but the query's updates are addressed {given}",
            "declare the key by which the query groups, or a table without PRIMARY KEY");
    }

    private static void CheckTables(LogicalNode node, OptionCheck check, TextSpan use)
    {
        if (node is LogicalScan s) check.Check(s.Table, s.Options, true, use);
        if (node is LogicalSink k) check.Check(k.Target, k.Options, false, use);
        foreach (LogicalNode input in node.Inputs) CheckTables(input, check, use);
    }
}
