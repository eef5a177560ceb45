using System.Collections.Immutable;
using OrleansStream.Gateway.Problems;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Gateway.Planning;

/// <summary>SQL text to a plan or findings: the one way in, for HTTP and for the command line.</summary>
public sealed class PlanningService(IConnectorSchemas connectors)
{
    /// <param name="sql">a script; its last statements are the job.</param>
    /// <param name="settings">values of placeholders, and SET options that hold unless the script sets them.</param>
    public async Task<PlanOutcome> PlanAsync(string sql, IReadOnlyDictionary<string, string>? settings, CancellationToken cancel)
    {
        settings ??= ImmutableDictionary<string, string>.Empty;
        var filled = Placeholders.Fill(sql, settings);
        var source = new SourceText(filled.Sql);
        if (!filled.Missing.IsEmpty) return Outcome(null, filled.Missing, source, null);

        var options = settings.Where(s => !filled.Used.Contains(s.Key)).ToImmutableSortedDictionary();
        var planned = SqlScript.Plan(filled.Sql, await connectors.ReadAsync(cancel), options);
        var job = planned.Plan is { } plan ? new PlannedJob(filled.Sql, plan, planned.Settings, planned.Result, planned.Changelog) : null;
        return Outcome(job, [.. planned.Diagnostics], source, planned.Explained);
    }

    private static PlanOutcome Outcome(PlannedJob? job, ImmutableArray<Diagnostic> diagnostics, SourceText source, string? explained)
    {
        var ordered = diagnostics.OrderBy(d => d.Span.Start).ToList();
        return new PlanOutcome(
            job, [.. ordered.Select(d => SqlError.Of(d, source))], string.Concat(ordered.Select(d => DiagnosticPrinter.Print(d, source))), explained);
    }
}
