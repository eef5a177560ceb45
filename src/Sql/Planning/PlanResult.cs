using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Planning;

/// <summary>What a script came to.</summary>
/// <param name="Source">the script, for showing findings.</param>
/// <param name="Diagnostics">all findings; with an error among them there is no job and no explanation.</param>
/// <param name="Planned">the script's INSERT, statement set or bare SELECT in all its representations; null if it has none.</param>
/// <param name="Explanations">text of each EXPLAIN, in order.</param>
/// <param name="Catalog">the tables and views behind the script.</param>
/// <param name="Settings">the settings behind the script.</param>
public sealed record PlanResult(
    SourceText Source, ImmutableArray<Diagnostic> Diagnostics, PlannedJob? Planned, ImmutableArray<string> Explanations,
    Catalog Catalog, ImmutableSortedDictionary<string, string> Settings)
{
    /// <summary>The plan to run; null if the script has no job.</summary>
    public Plan? Job => Planned?.Plan;

    /// <summary>Columns of a bare SELECT, whose plan ends in a sink of connector <c>collect</c>; null for other jobs.</summary>
    public Schema? ResultSchema => Planned?.ResultSchema;

    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);

    /// <summary>The findings as text: lines, carets, help.</summary>
    public string Report => string.Concat(Diagnostics.Select(d => DiagnosticPrinter.Print(d, Source)));
}
