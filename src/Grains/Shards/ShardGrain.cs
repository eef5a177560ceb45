using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Placement;
using OrleansStream.Grains.Runs;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Shards;

/// <summary>Makes this shard's host on the silo that the run chose, and stands for it.</summary>
[GrainType("shard")]
[GrainDirectory(RunDirectory.Name)]
[KeepAlive]
[Immovable]
[Reentrant]
public sealed class ShardGrain(SiloShards shards, IGrainContext context) : Grain, IShardGrain
{
    private Task<ShardHost>? _starting;

    public async Task<string> StartAsync(Json<ShardSpec> spec)
    {
        _starting ??= shards.OpenAsync(spec.Value, context.ActivationId.ToString(), Leave);
        try
        {
            return (await _starting).Instance;
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    public async Task<Contracts.ShardStatus?> StatusAsync() => _starting is { IsCompletedSuccessfully: true } ? shards.Describe(await _starting) : null;

    public async Task StopAsync()
    {
        if (_starting is { IsCompletedSuccessfully: true }) await (await _starting).StopAsync();
        DeactivateOnIdle();
    }

    // The agent has stopped the host: nobody calls this grain again.
    private void Leave() => context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "the generation is over"));
}
