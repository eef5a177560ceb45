using System.Collections.Immutable;
using OrleansStream.Contracts;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Gateway.Planning;

/// <summary>Descriptions that the silos of the cluster published: a gateway needs no connector's code.</summary>
public sealed class CatalogSchemas(IGrainFactory grains) : ISchemaSource
{
    public async ValueTask<ImmutableArray<OptionSchema>> ReadAsync(CancellationToken cancel)
    {
        var schemas = await grains.GetGrain<IConnectorCatalogGrain>(0).SchemasAsync().WaitAsync(cancel);
        return [.. schemas.Select(OptionSchemaJson.Read)];
    }
}
