using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Planning;

/// <summary>Which aggregates the engine has.</summary>
internal static class EngineAggregates
{
    public static bool Has(AggregateCall call) => Bind(call) is not null;

    /// <summary>A row can be taken back again.</summary>
    public static bool Retracts(AggregateCall call) => Has(call) && FunctionCatalog.Aggregates[call.Function].BindRetracting(call) is not null;

    /// <summary>Partial rows can be made before the exchange.</summary>
    /// <param name="retracts">of rows that may be taken back: then only where their order does not matter.</param>
    public static bool Splits(AggregateCall call, bool retracts) => !call.Distinct && Bind(call) is { } bound && (!retracts || bound.RetractsInParts);

    private static Aggregate? Bind(AggregateCall call)
    {
        if (!FunctionCatalog.Aggregates.TryGetValue(call.Function, out AggregateFunction? function)) return null;
        try { return function.Bind(call with { Distinct = false }); }
        catch (InvalidDataException) { return null; }
    }
}
