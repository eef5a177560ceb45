using OrleansStream.Engine.Flow;

namespace OrleansStream.Runtime;

/// <summary>A host as the hub sees it.</summary>
public interface IFrameReceiver
{
    /// <summary>Takes its part of a frame into the inbox; calls <see cref="FrameTicket.Taken"/> once the last row and control of it were consumed.</summary>
    void Receive(int exchange, int sender, SubBatch part, FrameTicket ticket);
}

/// <summary>A frame in the hub, until every local shard has taken its part.</summary>
public sealed class FrameTicket
{
    private readonly InLink _link;
    private int _open;

    internal FrameTicket(InLink link, int parts)
    {
        _link = link;
        _open = parts;
    }

    public void Taken()
    {
        if (Interlocked.Decrement(ref _open) == 0) _link.Consumed();
    }
}

/// <summary>The receiving end of one link. Holds at most two frames: one being consumed, one waiting; a slow shard slows its link, never another.</summary>
internal sealed class InLink(int generation)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, IFrameReceiver> _receivers = [];
    private LinkSequence _sequence = new(generation, 0);
    private int _held;
    private List<Action>? _waiting;

    public void Add(int shard, IFrameReceiver receiver)
    {
        lock (_lock) _receivers[shard] = receiver;
    }

    public bool Remove(int shard)
    {
        lock (_lock)
        {
            _receivers.Remove(shard);
            return _receivers.Count == 0;
        }
    }

    public Answer Offer(Frame frame, int newest)
    {
        lock (_lock)
        {
            var (after, answer) = _sequence.Offer(frame.Generation, frame.Sequence, newest);
            if (answer.Kind != AnswerKind.Taken) return answer;
            foreach (var part in frame.Parts) if (!_receivers.ContainsKey(part.Shard)) return new Answer(AnswerKind.NotHere);
            _sequence = after;
            _held++;
            var ticket = new FrameTicket(this, frame.Parts.Length);
            foreach (var part in frame.Parts) _receivers[part.Shard].Receive(frame.Link.Exchange, frame.Link.Sender, part, ticket);
            return new Answer(_held > 1 ? AnswerKind.TakenLater : AnswerKind.Taken);
        }
    }

    /// <summary>True = the next frame may come; else <paramref name="later"/> is called once when it may.</summary>
    public bool Ready(Action later)
    {
        lock (_lock)
        {
            if (_held <= 1) return true;
            (_waiting ??= []).Add(later);
            return false;
        }
    }

    public void Consumed()
    {
        List<Action>? ready = null;
        lock (_lock)
        {
            if (--_held <= 1) (ready, _waiting) = (_waiting, null);
        }

        if (ready is not null) foreach (var r in ready) r();
    }
}

/// <summary>
/// The links that end on this silo. A frame is checked once (generation, sequence) and its parts go into the inboxes of the local shards by reference.
/// </summary>
public sealed class ExchangeHub(TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Job, int Generation, int Exchange, int Sender), InLink> _links = [];
    private readonly Dictionary<string, int> _newest = [];

    /// <summary>A local shard receives what link (exchange, sender) brings, from the first frame of the generation on. Called before any host of the generation runs.</summary>
    public void Subscribe(string job, int generation, int exchange, int sender, int shard, IFrameReceiver receiver)
    {
        lock (_lock)
        {
            Heard(job, generation);
            if (!_links.TryGetValue((job, generation, exchange, sender), out var link)) _links.Add((job, generation, exchange, sender), link = new InLink(generation));
            link.Add(shard, receiver);
        }
    }

    public void Unsubscribe(string job, int generation, int exchange, int sender, int shard)
    {
        lock (_lock)
        {
            if (_links.TryGetValue((job, generation, exchange, sender), out var link) && link.Remove(shard)) _links.Remove((job, generation, exchange, sender));
        }
    }

    /// <summary>A generation of the job exists: offers of older ones are answered Stale from now on.</summary>
    public void Heard(string job, int generation)
    {
        lock (_lock) _newest[job] = Math.Max(generation, _newest.GetValueOrDefault(job));
    }

    public Answer Offer(Frame frame)
    {
        InLink? link;
        int newest;
        lock (_lock)
        {
            newest = _newest.GetValueOrDefault(frame.Job);
            if (frame.Generation < newest) return new Answer(AnswerKind.Stale, newest);
            if (!_links.TryGetValue((frame.Job, frame.Generation, frame.Link.Exchange, frame.Link.Sender), out link)) return new Answer(AnswerKind.NotHere);
        }

        return link.Offer(frame, newest);
    }

    /// <summary>Calls <paramref name="done"/> once, possibly at once: true = room, false = no such link.</summary>
    public void WhenReady(string job, int generation, LinkId id, Action<bool> done)
    {
        InLink? link;
        lock (_lock) _links.TryGetValue((job, generation, id.Exchange, id.Sender), out link);
        if (link is null) done(false);
        else if (link.Ready(() => done(true))) done(true);
    }

    /// <summary>A long poll: true = the next frame may come; false after a second without room.</summary>
    public ValueTask<bool> ReadyAsync(string job, int generation, LinkId id)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenReady(job, generation, id, ready => done.TrySetResult(ready));
        if (done.Task.IsCompletedSuccessfully) return new ValueTask<bool>(done.Task);
        var timer = time.CreateTimer(_ => done.TrySetResult(false), null, Poll, Timeout.InfiniteTimeSpan);
        done.Task.ContinueWith(static (_, t) => ((ITimer)t!).Dispose(), timer, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new ValueTask<bool>(done.Task);
    }
}

/// <summary>A link whose receiving silo is this one: frames go over by reference.</summary>
public sealed class LocalLink(ExchangeHub hub, string job, int generation, LinkId id) : IExchangeLink
{
    public ValueTask<Answer> OfferAsync(Frame frame) => new(hub.Offer(frame));

    public ValueTask<bool> ReadyAsync() => hub.ReadyAsync(job, generation, id);
}
