using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Planning;

/// <summary>Which aggregates the engine has.</summary>
internal static class EngineAggregates
{
    public static bool Has(AggregateCall call) => Bind(call) is not null;

    /// <summary>A row can be taken back again.</summary>
    public static bool Retracts(AggregateCall call) => Bind(call) is { Retracts: true };

    private static Aggregate? Bind(AggregateCall call)
    {
        if (!FunctionCatalog.Aggregates.TryGetValue(call.Function, out AggregateFunction? function)) return null;
        try { return function.Bind(call with { Distinct = false }); }
        catch (InvalidDataException) { return null; }
    }
}
