using System.Text;
using System.Text.Json;
using OrleansStream.Connectors;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Planning;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Conformance;

public enum Verdict
{
    Passed,
    Failed,
    NotApplicable,
}

/// <param name="Why">not applicable: which feature is missing; failed: expected and got.</param>
public sealed record Outcome(Verdict Verdict, string? Why = null)
{
    public static Outcome Passed { get; } = new(Verdict.Passed);

    public static Outcome Failed(string why) => new(Verdict.Failed, why);

    public static Outcome NotApplicable(string why) => new(Verdict.NotApplicable, why);
}

/// <summary>How far a script came: planned and ran, or the finding or failure that ended it.</summary>
/// <param name="Missing">a feature that is not there yet; null = none.</param>
/// <param name="Error">a finding of the planner, or why the job failed.</param>
internal sealed record Ran(string? Missing, string? Error, bool AtPlanning)
{
    public static Ran Well { get; } = new(null, null, false);
}

/// <summary>Plans a script and runs it on the real hosts, in one simulated silo: deterministic, in process, without a network.</summary>
internal static class CaseRun
{
    public const string SelectResult = "*";

    private static readonly ConnectorRegistry Registry = ConnectorRegistry.Scan(typeof(ConnectorRegistry).Assembly, typeof(ValuesConnector).Assembly);
    private static readonly ConnectorSchemas Schemas = new(Registry.Schemas);

    // What makes a case not applicable instead of failed.
    private static readonly string[] MissingCodes = [Codes.NotSupported, Codes.UnknownFunction, Codes.UnknownConnector];

    public static Ran Script(string sql, long maxSteps = 200_000)
    {
        PlanResult result;
        try
        {
            result = SqlScript.Plan(sql, new PlannerOptions(), Schemas);
        }
#pragma warning disable CA1031 // Whatever the planner throws is a finding of this run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Ran(null, $"planner: {e.GetType().Name}: {e.Message}", true);
        }

        if (result.HasErrors)
        {
            var missing = result.Diagnostics.FirstOrDefault(d => MissingCodes.Contains(d.Code));
            return missing is not null ? new Ran($"{missing.Code} {missing.Message}", null, true) : new Ran(null, result.Report, true);
        }

        if (Environment.GetEnvironmentVariable("CONFORMANCE_TRACE") is not null) Console.WriteLine(result.Planned?.Explain());
        if (result.Job is null) return new Ran(null, "the script has no job", true);
        try
        {
            return Run(result.Job, maxSteps);
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Ran(null, $"{e.GetType().Name}: {e.Message}", false);
        }
    }

    private static Ran Run(Plan plan, long maxSteps)
    {
        var cluster = new Cluster(null, 1, _ => new ShardState())
        {
            Connectors = Registry.Connector,
            IsFatal = _ => true,
        };
        cluster.Submit(plan);
        var end = cluster.RunToEnd(maxSteps);
        return end == DesiredState.Finished ? Ran.Well : new Ran(null, cluster.Failures is [var e, ..] ? (Environment.GetEnvironmentVariable("CONFORMANCE_TRACE") is null ? $"{e.GetType().Name}: {e.Message}" : e.ToString()) : end.ToString(), false);
    }

    /// <summary>SET statements of a case's configuration.</summary>
    public static void Settings(StringBuilder sql, JsonElement @case, params ReadOnlySpan<(string Key, string Value)> more)
    {
        if (@case.TryGetProperty("config", out var config))
            foreach (var o in config.EnumerateObject()) sql.Append("SET '").Append(o.Name).Append("' = '").Append(o.Value.ToString().Replace("'", "''", StringComparison.Ordinal)).Append("';\n");
        foreach (var (key, value) in more) sql.Append("SET '").Append(key).Append("' = '").Append(value).Append("';\n");
    }
}
