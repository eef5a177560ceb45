using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Gateway.Planning;

/// <summary>A script that can run.</summary>
/// <param name="Sql">the script with its placeholders filled in.</param>
/// <param name="Settings">SET options of the request and of the script (the script's win).</param>
/// <param name="Result">columns of a SELECT's rows; null when the script inserts into tables.</param>
/// <param name="Changelog">whether rows of the result may be updates and deletes.</param>
public sealed record PlannedJob(string Sql, Plan Plan, ImmutableSortedDictionary<string, string> Settings, Schema? Result, bool Changelog)
{
    /// <summary>Whether rows are read through a result grain.</summary>
    public bool Collect => Result is not null;

    /// <summary>The plan as JSON.</summary>
    public string PlanText { get; } = PlanJson.Write(Plan);
}
