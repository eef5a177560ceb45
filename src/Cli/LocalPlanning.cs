using OrleansStream.Connectors;
using OrleansStream.Gateway.Planning;

namespace OrleansStream.Cli;

/// <summary>The gateway's planning with the connectors of this process: no silo needed.</summary>
internal static class LocalPlanning
{
    private static GivenSchemas Schemas() => new(ConnectorRegistry.Scan().Schemas);

    public static PlanningService Service() => new(Schemas());
}
