using System.Collections.Immutable;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Planning;

/// <summary>What planning a script gave: a job, or errors.</summary>
/// <param name="Job">null when there are errors.</param>
/// <param name="Findings">errors and warnings in order of the script.</param>
/// <param name="Printed">the same for people: each with its line of the script and carets.</param>
/// <param name="Explained">the plan as EXPLAIN prints it; null when there are errors.</param>
public sealed record PlanOutcome(PlannedJob? Job, ImmutableArray<SqlError> Findings, string Printed, string? Explained)
{
    public IReadOnlyCollection<SqlError> Errors => [.. Findings.Where(f => f.Severity == "error")];
}
