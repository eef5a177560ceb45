using System.Collections.Immutable;

namespace OrleansStream.Engine.Connect;

public enum OptionType : byte
{
    Text,
    Integer,
    Boolean,
    Double,

    /// <summary>Flink's duration text: <c>10 s</c>, <c>1 min</c>, <c>PT10S</c>.</summary>
    Duration,

    /// <summary>Flink's memory size text: <c>64 kb</c>, <c>1 mb</c>.</summary>
    Memory,
}

/// <summary>One WITH option. <paramref name="Values"/>: the allowed ones, empty = any. A name that ends in <c>.*</c> allows any key with that prefix.</summary>
public sealed record Option(
    string Name, OptionType Type, string Doc, bool Required = false, string? Default = null, bool Secret = false)
{
    public ImmutableArray<string> Values { get; init; } = [];
}

/// <summary>A readable metadata column: <c>size BIGINT METADATA FROM 'file.size' VIRTUAL</c>.</summary>
/// <param name="Type">the SQL text of its type.</param>
public sealed record MetadataKey(string Name, string Type);

/// <summary>
/// What a connector is and takes, as data: published into the catalog, so that SQL is checked without the connector's code.
/// </summary>
/// <param name="Connector">value of <c>'connector'</c>.</param>
/// <param name="Formats">formats that <c>'format'</c> may name; their options (prefixed by the format's name and a point) are in <paramref name="Options"/>. Empty = takes no format.</param>
/// <param name="Bounded">whether every source of this connector ends (otherwise see the options).</param>
public sealed record OptionSchema(
    string Connector, string Doc, bool Source, bool Sink, ImmutableArray<Option> Options, ImmutableArray<string> Formats, bool Bounded = false)
{
    /// <summary>Whether the sink takes updates and deletes.</summary>
    public bool TakesUpdates { get; init; }

    /// <summary>Kinds of a source's rows as Flink writes them: <c>I</c>, <c>I,UA,D</c> or <c>I,UB,UA,D</c>. An option <c>changelog-mode</c>, when declared, says it instead.</summary>
    public string SourceKinds { get; init; } = "I";

    /// <summary>Formats with which the source's rows carry other kinds than <see cref="SourceKinds"/>: format name → kinds.</summary>
    public ImmutableSortedDictionary<string, string> FormatKinds { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether tables can be PARTITIONED BY columns.</summary>
    public bool Partitions { get; init; }

    /// <summary>What a source can tell of its rows beside their columns (METADATA columns), each with its type.</summary>
    public ImmutableArray<MetadataKey> Metadata { get; init; } = [];

    /// <summary>Formats that carry row kinds: with one of them a sink takes updates and deletes, and a source may give them.</summary>
    public ImmutableArray<string> UpdateFormats { get; init; } = [];
}
