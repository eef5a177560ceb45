using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Gateway.Planning;

/// <summary>What tables can connect to: the schemas against which WITH options are checked.</summary>
public interface IConnectorSchemas
{
    ValueTask<ImmutableArray<OptionSchema>> ReadAsync(CancellationToken cancel);
}

/// <summary>Schemas that are there already: those of the connectors in this process.</summary>
public sealed class GivenConnectorSchemas(ImmutableArray<OptionSchema> schemas) : IConnectorSchemas
{
    public ValueTask<ImmutableArray<OptionSchema>> ReadAsync(CancellationToken cancel) => new(schemas);
}
