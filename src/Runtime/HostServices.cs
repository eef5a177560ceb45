using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Runtime;

/// <summary>
/// The sending end of a link as Runtime sees the network. Local or remote, every frame goes through it; one offer is in flight at a time.
/// </summary>
public interface IExchangeLink
{
    /// <summary>
    /// Answered within a second. Throws <see cref="TimeoutException"/> when the outcome is unknown (the same frame is offered once more: a Duplicate is success),
    /// <see cref="LinkBrokenException"/> when the silo cannot be reached at all.
    /// </summary>
    ValueTask<Answer> OfferAsync(Frame frame);

    /// <summary>A long poll of about a second: true = the next frame may come, false = not yet (ask again).</summary>
    ValueTask<bool> ReadyAsync();
}

/// <summary>The receiving silo refuses connections or is gone: a suspicion, not a time-out.</summary>
public sealed class LinkBrokenException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a host tells its silo's agent. Called from executor threads: must return at once.</summary>
public interface IHostEvents
{
    /// <summary>All inputs have ended, all rows have left the shard (into links and sink writers).</summary>
    void Ended(ShardSpec shard);

    void Reported(ShardSpec shard, EpochReport report);

    /// <summary>The shard has stopped for good.</summary>
    void Failed(ShardSpec shard, Exception cause);

    /// <summary>A silo did not answer twice or refused (<paramref name="silent"/>), or said what a live peer of this generation would not say.</summary>
    void Suspect(ShardSpec shard, string silo, string reason, bool silent);

    /// <summary>A receiver knows a newer generation: this one is over.</summary>
    void Superseded(ShardSpec shard, int generation);
}

/// <summary>Runs what may block or waits for I/O: the thread pool, or the simulation's scheduler.</summary>
public interface IPool
{
    void Queue(Action work);
}

/// <summary>The pool of the process.</summary>
public sealed class ThreadPoolPool : IPool
{
    public static ThreadPoolPool Instance { get; } = new();

    public void Queue(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false);
}

/// <summary>What all hosts of a silo share.</summary>
/// <param name="Silo">this silo's name, as tables of shards have it.</param>
/// <param name="Links">the sending end of a link of a job's generation.</param>
/// <param name="Connectors">by the value of <c>'connector'</c>; throws when there is none.</param>
/// <param name="State">empty tables for a range of key groups.</param>
public sealed record HostServices(
    string Silo,
    TimeProvider Time,
    IPool Pool,
    Executor Executor,
    ExchangeHub Hub,
    Func<JobKey, int, LinkId, IExchangeLink> Links,
    IPartStore Parts,
    Func<string, Connector> Connectors,
    IServices ConnectorServices,
    Func<KeyGroupRange, IShardState> State,
    IHostEvents Events);
