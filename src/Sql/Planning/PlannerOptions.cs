using System.Collections.Immutable;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Planning;

/// <summary>What planning knows before the script begins: a session's tables and settings.</summary>
public sealed record PlannerOptions
{
    /// <summary>Tables and views of earlier scripts.</summary>
    public Catalog Catalog { get; init; } = Catalog.Empty;

    /// <summary>SET options in force; those of the script go over them.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
