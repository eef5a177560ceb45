using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Planning;

/// <summary>Which aggregates the engine has.</summary>
internal static class EngineAggregates
{
    public static bool Has(AggregateCall call) => !call.Distinct
        && (call.Function == "COUNT" || (call.Function == "SUM" && call.ArgumentTypes[0].Kind == TypeKind.BigInt));
}
