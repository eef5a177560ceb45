using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Gateway.Planning;

/// <summary>The job of a script, ready to be submitted.</summary>
/// <param name="Sql">the script with its placeholders filled in.</param>
/// <param name="Settings">SET options in force at its end: those of the request, and over them the script's.</param>
/// <param name="Result">columns of a SELECT's rows; null when the script inserts into tables.</param>
public sealed record JobPlan(string Sql, Plan Plan, ImmutableSortedDictionary<string, string> Settings, Schema? Result)
{
    /// <summary>Whether rows are read through a result grain.</summary>
    public bool Collect => Result is not null;

    /// <summary>The plan as JSON.</summary>
    public string PlanText => PlanJson.Write(Plan);
}
