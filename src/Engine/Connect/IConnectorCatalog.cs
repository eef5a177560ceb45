using System.Collections.Immutable;

namespace OrleansStream.Engine.Connect;

/// <summary>The connectors and formats that a process contains; filled once at start.</summary>
public interface IConnectorCatalog
{
    /// <exception cref="KeyNotFoundException">no such connector; the message names those that there are.</exception>
    Connector Connector(string name);

    /// <exception cref="KeyNotFoundException">no such format; the message names those that there are.</exception>
    Format Format(string name);

    /// <summary>Every connector's options under each of its names, options of the formats it takes included: what SQL is checked against.</summary>
    ImmutableArray<OptionSchema> Schemas { get; }
}
