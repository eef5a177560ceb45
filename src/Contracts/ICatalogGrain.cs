using System.Collections.Immutable;

namespace OrleansStream.Contracts;

/// <summary>What a tenant has. Key: the tenant.</summary>
public interface ICatalogGrain : IGrainWithStringKey
{
    /// <summary>Notes a job that was submitted.</summary>
    Task AddJobAsync(JobRow job);

    /// <summary>Jobs of the tenant, newest first.</summary>
    Task<ImmutableArray<JobRow>> JobsAsync();

    Task RemoveJobAsync(string id);
}

[GenerateSerializer, Immutable, Alias("job-row")]
public sealed record JobRow([property: Id(0)] string Id, [property: Id(1)] string Name, [property: Id(2)] DateTimeOffset Submitted);

/// <summary>What the silos of this cluster can connect to. Key: <c>0</c>.</summary>
public interface IConnectorCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Option schemas as JSON (<c>OptionSchema</c> of the Engine), published by silos at start.</summary>
    Task PublishAsync(ImmutableArray<string> schemas);

    Task<ImmutableArray<string>> SchemasAsync();
}
