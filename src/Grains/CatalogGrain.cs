using System.Collections.Immutable;
using OrleansStream.Contracts;

namespace OrleansStream.Grains;

[GenerateSerializer, Alias("catalog-state")]
public sealed class CatalogState
{
    /// <summary>Newest last.</summary>
    [Id(0)] public ImmutableArray<JobRow> Jobs { get; set; } = [];
}

/// <summary>What a tenant has.</summary>
[GrainType("catalog")]
public sealed class CatalogGrain([PersistentState("catalog")] IPersistentState<CatalogState> state) : Grain, ICatalogGrain
{
    public Task AddJobAsync(JobRow job)
    {
        if (state.State.Jobs.Any(j => j.Id == job.Id)) return Task.CompletedTask;
        return WriteAsync(state.State.Jobs.Add(job));
    }

    public Task<ImmutableArray<JobRow>> JobsAsync() => Task.FromResult<ImmutableArray<JobRow>>([.. state.State.Jobs.Reverse()]);

    public Task RemoveJobAsync(string id) => WriteAsync(state.State.Jobs.RemoveAll(j => j.Id == id));

    private async Task WriteAsync(ImmutableArray<JobRow> jobs)
    {
        state.State.Jobs = jobs;
        await state.WriteStateAsync();
    }
}

[GenerateSerializer, Alias("connector-catalog-state")]
public sealed class ConnectorCatalogState
{
    [Id(0)] public ImmutableArray<string> Schemas { get; set; } = [];
}

/// <summary>What the silos of this cluster can connect to: what the silo that started last has published.</summary>
[GrainType("connectors")]
public sealed class ConnectorCatalogGrain([PersistentState("connectors")] IPersistentState<ConnectorCatalogState> state) : Grain, IConnectorCatalogGrain
{
    public async Task PublishAsync(ImmutableArray<string> schemas)
    {
        if (state.State.Schemas.SequenceEqual(schemas)) return;
        state.State.Schemas = schemas;
        await state.WriteStateAsync();
    }

    public Task<ImmutableArray<string>> SchemasAsync() => Task.FromResult(state.State.Schemas);
}
