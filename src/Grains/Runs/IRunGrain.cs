using System.Collections.Immutable;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using StopKind = OrleansStream.Contracts.StopKind;

namespace OrleansStream.Grains.Runs;

/// <summary>One generation of a job. Key: <c>tenant/job/generation</c>. Calls leave a fact behind and return; none waits for a shard.</summary>
[Alias("run")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Begins the generation, unless the journal says that it must not. Losing the race is success.</summary>
    [ResponseTimeout("00:00:05")]
    [Alias("begin")]
    Task BeginAsync(RunBegin begin);

    /// <param name="savepoint">id of the savepoint that the last checkpoint is to be; null = none.</param>
    [ResponseTimeout("00:00:02")]
    [Alias("stop")]
    Task StopAsync(StopKind kind, string? savepoint);

    /// <summary>The next checkpoint is to be this savepoint. Repeating it changes nothing.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("savepoint")]
    Task SavepointAsync(string id);

    /// <summary>Takes a checkpoint if the job takes any, then ends this generation without another: the job goes on elsewhere, or when a silo starts.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("drain")]
    Task DrainAsync();

    /// <summary>What happened on one silo, in order.</summary>
    [ResponseTimeout("00:00:02")]
    [Alias("tell")]
    Task TellAsync(ImmutableArray<ShardEvent> events);

    /// <summary>Null = this generation does not run here.</summary>
    [ResponseTimeout("00:00:01")]
    [Alias("status")]
    Task<JobStatus?> StatusAsync();
}

/// <param name="Plan">null = as before.</param>
/// <param name="AskedFor">it does not count as a restart.</param>
/// <param name="RecentMs">when recent generations that nobody asked for began: they set the back-off.</param>
[GenerateSerializer, Immutable, Alias("run-begin")]
public sealed record RunBegin(
    [property: Id(0)] string Cause, [property: Id(1)] bool AskedFor, [property: Id(2)] string? Plan, [property: Id(3)] ImmutableArray<long> RecentMs);

[GenerateSerializer]
public enum ShardEventKind
{
    /// <summary>All inputs have ended.</summary>
    Ended,
    Reported,
    Failed,
    Suspect,

    /// <summary>A newer generation was heard of.</summary>
    Superseded,
}

/// <summary>Something that a host said.</summary>
/// <param name="Text">the cause of a failure or suspicion.</param>
/// <param name="Fatal">the same would happen again.</param>
/// <param name="Fault">the failure, for people.</param>
/// <param name="Silo">a silo that did not answer; null = none.</param>
[GenerateSerializer, Immutable, Alias("shard-event")]
public sealed record ShardEvent(
    [property: Id(0)] ShardEventKind Kind, [property: Id(1)] int Stage, [property: Id(2)] int Shard, [property: Id(3)] string? Text = null,
    [property: Id(4)] bool Fatal = false, [property: Id(5)] JobFault? Fault = null, [property: Id(6)] int Generation = 0, [property: Id(7)] Json<EpochReport>? Report = null, [property: Id(8)] string? Silo = null)
{
    public ShardId Id => new(Stage, Shard);
}
