using System.Collections.Frozen;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Sql.Planning;

/// <summary>The connectors that a script may name, as descriptions: no connector's code is needed to check a script.</summary>
public interface IConnectorSchemas
{
    /// <summary>Values that 'connector' may have.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>The description, or null if there is no such connector.</summary>
    OptionSchema? Find(string connector);
}

/// <summary>A fixed set of descriptions.</summary>
public sealed class ConnectorSchemas(IEnumerable<OptionSchema> schemas) : IConnectorSchemas
{
    private readonly FrozenDictionary<string, OptionSchema> _byName = schemas.ToFrozenDictionary(s => s.Connector, StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public OptionSchema? Find(string connector) => _byName.GetValueOrDefault(connector);
}
