using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Planning;

/// <summary>Which aggregates the engine has.</summary>
internal static class EngineAggregates
{
    public static bool Has(AggregateCall call)
    {
        if (call.Distinct || !FunctionCatalog.Aggregates.TryGetValue(call.Function, out AggregateFunction? function)) return false;
        try { return function.Bind(call) is not null; }
        catch (InvalidDataException) { return false; }
    }
}
