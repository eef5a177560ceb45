using Orleans.Streams;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Exchange;

/// <summary>One link. Offers go to the hub of this silo by reference, or in one call to the receiving silo's agent.</summary>
/// <param name="agent">of the receiving silo; null = it is this one.</param>
#pragma warning disable CA1036 // The comparison is the interface of streams; nobody orders links by operators.
public sealed class ExchangeStream(LinkKey key, ExchangeHub hub, ISiloAgent? agent) : IAsyncStream<Frame>, IExchangeLink
#pragma warning restore CA1036
{
    private readonly string _job = key.Job.ToString();

    public bool IsRewindable => false;

    public string ProviderName => ExchangeProvider.ProviderName;

    public StreamId StreamId { get; } = key.ToStreamId();

    public ValueTask<Answer> OfferAsync(Frame frame) => agent is null ? new(hub.Offer(frame)) : new(CallAsync(agent.OfferAsync(FramePacket.Of(frame))));

    public ValueTask<bool> ReadyAsync() => agent is null
        ? hub.ReadyAsync(_job, key.Generation, key.Link)
        : new(CallAsync(agent.ReadyAsync(_job, key.Generation, key.Link.Exchange, key.Link.Sender)));

    /// <summary>An offer that must be accepted.</summary>
    /// <exception cref="InvalidOperationException">it was not: the message holds the answer.</exception>
    public async Task OnNextAsync(Frame item, StreamSequenceToken? token = null)
    {
        var answer = await OfferAsync(item);
        if (answer.Kind is not (AnswerKind.Taken or AnswerKind.TakenLater or AnswerKind.Duplicate))
            throw new InvalidOperationException($"link {key}: frame {item.Sequence} was answered {answer.Kind} {answer.Value}");
    }

    public async Task OnNextBatchAsync(IEnumerable<Frame> batch, StreamSequenceToken? token = null)
    {
        // In order: several calls in flight would overtake each other.
        foreach (var frame in batch) await OnNextAsync(frame);
    }

    /// <summary>Links end by <see cref="ControlKind.End"/> in a frame, at its place between the rows.</summary>
    public Task OnCompletedAsync() => throw new NotSupportedException("a link ends by End in its last frame");

    public Task OnErrorAsync(Exception ex) => throw new NotSupportedException("a failed sender ends its generation; a link carries no errors");

    /// <summary>Enters a shard's inbox for this link. Only on the receiving silo, and only for a <see cref="ShardSubscriber"/>: frames are for shards.</summary>
    public Task<StreamSubscriptionHandle<Frame>> SubscribeAsync(IAsyncObserver<Frame> observer)
    {
        if (agent is not null) throw new InvalidOperationException($"link {key} ends on silo {key.Link.Silo}, not here: only its shards there receive its frames");
        if (observer is not ShardSubscriber shard) throw new NotSupportedException($"link {key} delivers parts of frames to shards: subscribe a {nameof(ShardSubscriber)}");
        hub.Subscribe(_job, key.Generation, key.Link.Exchange, key.Link.Sender, shard.Shard, shard.Inbox);
        return Task.FromResult<StreamSubscriptionHandle<Frame>>(new ExchangeSubscription(this, () => hub.Unsubscribe(_job, key.Generation, key.Link.Exchange, key.Link.Sender, shard.Shard)));
    }

    public Task<StreamSubscriptionHandle<Frame>> SubscribeAsync(IAsyncObserver<Frame> observer, StreamSequenceToken? token, string? filterData = null) =>
        token is null && filterData is null ? SubscribeAsync(observer) : throw new NotSupportedException("links are not rewound or filtered");

    public Task<StreamSubscriptionHandle<Frame>> SubscribeAsync(IAsyncBatchObserver<Frame> observer) => throw new NotSupportedException("one frame is in flight on a link");

    public Task<StreamSubscriptionHandle<Frame>> SubscribeAsync(IAsyncBatchObserver<Frame> observer, StreamSequenceToken? token) => SubscribeAsync(observer);

    public Task<IList<StreamSubscriptionHandle<Frame>>> GetAllSubscriptionHandles() =>
        throw new NotSupportedException("subscriptions of links live in the hub of the receiving silo, for as long as their shards");

    public bool Equals(IAsyncStream<Frame>? other) => other is ExchangeStream stream && stream.StreamId == StreamId;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<Frame>);

    public override int GetHashCode() => StreamId.GetHashCode();

    public int CompareTo(IAsyncStream<Frame>? other) => other is null ? 1 : StreamId.CompareTo(other.StreamId);

    private async Task<T> CallAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception e) when (e is OrleansMessageRejectionException or SiloUnavailableException or Orleans.Runtime.Messaging.ConnectionFailedException)
        {
            throw new LinkBrokenException($"silo {key.Link.Silo} does not take calls: {e.Message}", e);
        }
    }
}

/// <summary>A shard as a subscriber of a link: its parts of frames go into its inbox, nothing else is called.</summary>
public sealed class ShardSubscriber(int shard, IFrameReceiver inbox) : IAsyncObserver<Frame>
{
    public int Shard { get; } = shard;

    public IFrameReceiver Inbox { get; } = inbox;

    public Task OnNextAsync(Frame item, StreamSequenceToken? token = null) => throw new NotSupportedException("the hub delivers parts of frames");

    public Task OnErrorAsync(Exception ex) => throw new NotSupportedException("a link carries no errors");
}

/// <summary>A shard's place in the hub.</summary>
internal sealed class ExchangeSubscription(ExchangeStream stream, Action leave) : StreamSubscriptionHandle<Frame>
{
    public override StreamId StreamId => stream.StreamId;

    public override string ProviderName => stream.ProviderName;

    public override Guid HandleId { get; } = Guid.NewGuid();

    public override Task UnsubscribeAsync()
    {
        leave();
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<Frame>> ResumeAsync(IAsyncObserver<Frame> observer, StreamSequenceToken? token = null) => stream.SubscribeAsync(observer, token);

    public override Task<StreamSubscriptionHandle<Frame>> ResumeAsync(IAsyncBatchObserver<Frame> observer, StreamSequenceToken? token = null) => stream.SubscribeAsync(observer, token);

    public override bool Equals(StreamSubscriptionHandle<Frame>? other) => other is not null && other.HandleId == HandleId;
}
