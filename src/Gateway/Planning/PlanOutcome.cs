using System.Collections.Immutable;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Planning;

/// <summary>What planning a script gave.</summary>
/// <param name="Job">null when there are errors, or nothing to run.</param>
/// <param name="Findings">errors and warnings in order of the script.</param>
/// <param name="Printed">the same for people: each with its line of the script and carets.</param>
/// <param name="Explanations">texts of the script's EXPLAIN statements.</param>
/// <param name="Explained">the job as EXPLAIN prints it; null when there is none.</param>
public sealed record PlanOutcome(JobPlan? Job, ImmutableArray<SqlError> Findings, string Printed, ImmutableArray<string> Explanations, string? Explained)
{
    public ImmutableArray<SqlError> Errors => [.. Findings.Where(f => f.Severity == "error")];

    public bool Valid => Errors.IsEmpty;
}
