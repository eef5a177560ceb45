using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Planning;

/// <summary>What a script came to.</summary>
/// <param name="Source">the script, for showing findings.</param>
/// <param name="Diagnostics">all findings; with an error among them there is no job and no explanation.</param>
/// <param name="Job">the plan of the script's INSERT, statement set or bare SELECT; null if it has none.</param>
/// <param name="ResultSchema">columns of a bare SELECT; null for other jobs. Its plan ends in a sink of connector <c>collect</c>.</param>
/// <param name="Explanations">text of each EXPLAIN, in order.</param>
/// <param name="Catalog">the tables and views behind the script.</param>
/// <param name="Settings">the settings behind the script.</param>
public sealed record PlanResult(
    SourceText Source, ImmutableArray<Diagnostic> Diagnostics, Plan? Job, Schema? ResultSchema, ImmutableArray<string> Explanations,
    Catalog Catalog, ImmutableSortedDictionary<string, string> Settings)
{
    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);

    /// <summary>The findings as text: lines, carets, help.</summary>
    public string Report => string.Concat(Diagnostics.Select(d => DiagnosticPrinter.Print(d, Source)));
}
