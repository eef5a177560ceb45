using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Gateway.Planning;

/// <summary>Where the descriptions of connectors come from, against which WITH options are checked.</summary>
public interface ISchemaSource
{
    ValueTask<ImmutableArray<OptionSchema>> ReadAsync(CancellationToken cancel);
}

/// <summary>Descriptions that are there already: those of the connectors in this process.</summary>
public sealed class GivenSchemas(ImmutableArray<OptionSchema> schemas) : ISchemaSource
{
    public ValueTask<ImmutableArray<OptionSchema>> ReadAsync(CancellationToken cancel) => new(schemas);
}
