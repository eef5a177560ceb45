using System.Collections.Immutable;
using OrleansStream.Gateway.Problems;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Gateway.Planning;

/// <summary>SQL text to a plan or findings: the one way in, for HTTP and for the command line.</summary>
public sealed class PlanningService(ISchemaSource connectors)
{
    /// <summary>Plans a script; one without a job is fine.</summary>
    /// <param name="settings">values of placeholders, and SET options that hold unless the script sets them.</param>
    public Task<PlanOutcome> CheckAsync(string sql, IReadOnlyDictionary<string, string>? settings, CancellationToken cancel) => PlanAsync(sql, settings, false, cancel);

    /// <summary>Plans a script that must have a job.</summary>
    public Task<PlanOutcome> PlanAsync(string sql, IReadOnlyDictionary<string, string>? settings, CancellationToken cancel) => PlanAsync(sql, settings, true, cancel);

    private async Task<PlanOutcome> PlanAsync(string sql, IReadOnlyDictionary<string, string>? settings, bool jobWanted, CancellationToken cancel)
    {
        settings ??= ImmutableDictionary<string, string>.Empty;
        var filled = Placeholders.Fill(sql, settings);
        var source = new SourceText(filled.Sql);
        if (!filled.Missing.IsEmpty) return Refused(filled.Missing, source);

        var options = new PlannerOptions { Settings = settings.Where(s => !filled.Used.Contains(s.Key)).ToImmutableSortedDictionary() };
        var planned = SqlScript.Plan(filled.Sql, options, new ConnectorSchemas(await connectors.ReadAsync(cancel)));
        if (jobWanted && planned.Job is null && !planned.HasErrors && planned.Explanations.IsEmpty)
            return Refused([.. planned.Diagnostics, Diagnostic.Error(Codes.NothingToRun, new TextSpan(0, 1), "the script runs nothing", "end it with an INSERT or a SELECT")], source);
        var job = planned.Job is { } plan ? new JobPlan(filled.Sql, plan, planned.Settings, planned.ResultSchema) : null;
        return Outcome(job, planned.Diagnostics, source, planned.Explanations, planned.Planned?.Explain());
    }

    private static PlanOutcome Refused(ImmutableArray<Diagnostic> diagnostics, SourceText source) => Outcome(null, diagnostics, source, [], null);

    private static PlanOutcome Outcome(JobPlan? job, ImmutableArray<Diagnostic> diagnostics, SourceText source, ImmutableArray<string> explanations, string? explained) => new(
        job, [.. diagnostics.Select(d => SqlError.Of(d, source))], string.Concat(diagnostics.Select(d => DiagnosticPrinter.Print(d, source))), explanations, explained);
}
