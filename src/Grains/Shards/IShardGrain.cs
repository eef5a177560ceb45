using OrleansStream.Contracts;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Shards;

/// <summary>The shard cannot be started here and now; another generation may place it better.</summary>
[GenerateSerializer, Alias("shard-refused")]
public sealed class ShardRefusedException(string message) : Exception(message);

/// <summary>A shard's name, place and life. Key: <c>tenant/job/generation/stage/shard</c>. It computes nothing: its host does.</summary>
[Alias("shard")]
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>
    /// Loads the image, opens the chain, enters the links into the hub; the host then waits for the run's Go. Gives the host's instance. Asked again, the same.
    /// </summary>
    /// <exception cref="ShardRefusedException">this is not the silo that the table of shards names, or the generation is over here.</exception>
    [ResponseTimeout("00:02:00")]
    [Alias("start")]
    Task<string> StartAsync(Json<ShardSpec> spec);

    /// <summary>Null = nothing runs here.</summary>
    [ResponseTimeout("00:00:01")]
    [Alias("status")]
    Task<Contracts.ShardStatus?> StatusAsync();

    /// <summary>Ends the host and this activation.</summary>
    [ResponseTimeout("00:00:05")]
    [Alias("stop")]
    Task StopAsync();
}
