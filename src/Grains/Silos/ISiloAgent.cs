using System.Collections.Immutable;
using Orleans.Concurrency;
using Orleans.Services;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Exchange;

namespace OrleansStream.Grains.Silos;

/// <summary>
/// One a silo, addressed by silo: what runs and other silos ask of it. Every call returns within a second; nothing waits inside for a sink, an alignment or a
/// checkpoint.
/// </summary>
[Alias("silo-agent")]
public interface ISiloAgent : IGrainService
{
    [ResponseTimeout("00:00:01")]
    [Alias("offer")]
    Task<Answer> OfferAsync(FramePacket frame);

    /// <summary>A long poll of about a second: true = the next frame may come.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("ready")]
    Task<bool> ReadyAsync(string job, int generation, int exchange, int sender);

    /// <summary>Lets the hosts of a generation run.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("go")]
    Task GoAsync(string job, int generation);

    [ResponseTimeout("00:00:02")]
    [Alias("begin-epoch")]
    Task BeginEpochAsync(string job, int generation, ImmutableArray<ShardCommand> commands);

    /// <summary>Stops the hosts of a generation; gives what they were at the end.</summary>
    [ResponseTimeout("00:00:05")]
    [Alias("stop")]
    Task<ImmutableArray<ShardRow>> StopAsync(string job, int generation);

    [ResponseTimeout("00:00:01")]
    [Alias("status")]
    Task<ImmutableArray<ShardRow>> StatusAsync(string job, int generation);

    /// <summary>The caller lives, and so do these runs; <paramref name="leaving"/>: it is about to stop.</summary>
    [ResponseTimeout("00:00:01")]
    [Alias("beat")]
    Task BeatAsync(string silo, ImmutableArray<RunBeat> beats, bool leaving);
}

/// <summary>What one shard is to do for an epoch.</summary>
[GenerateSerializer, Immutable, Alias("shard-command")]
public sealed record ShardCommand([property: Id(0)] int Stage, [property: Id(1)] int Shard, [property: Id(2)] Json<EpochCommand> Command);

/// <summary>A shard's status and the stage it belongs to.</summary>
[GenerateSerializer, Immutable, Alias("shard-row")]
public sealed record ShardRow([property: Id(0)] int Stage, [property: Id(1)] ShardStatus Status);

/// <summary>A run that lives on the silo that says so.</summary>
[GenerateSerializer, Immutable, Alias("run-beat")]
public readonly record struct RunBeat([property: Id(0)] string Job, [property: Id(1)] int Generation);
