using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Runtime;

/// <summary>
/// The sending end of a link: numbers frames and keeps one offer in flight. Used on its host's thread only; answers come back through the host's inbox.
/// </summary>
internal sealed class Link(ShardHost host, LinkId id, IExchangeLink wire) : FrameSender
{
    private readonly Queue<(ImmutableArray<SubBatch> Parts, long Bytes)> _waiting = new();
    private State _state = State.Free;
    private Frame? _offered;
    private long _next;
    private int _failures;

    private enum State : byte
    {
        Free,
        Offering,
        Polling,
        Broken,
    }

    public LinkId Id => id;

    public override string Silo => id.Silo;

    public override bool Backlog => _waiting.Count > 0;

    /// <summary>The next frame would go at once.</summary>
    public bool Free => _state == State.Free;

    /// <summary>Everything sent was accepted.</summary>
    public bool Drained => _waiting.Count == 0 && _state is State.Free or State.Polling;

    /// <summary>Of frames that are not accepted yet.</summary>
    public long WaitingBytes { get; private set; }

    public long Frames { get; private set; }

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public override void Send(ImmutableArray<SubBatch> parts, long bytes)
    {
        _waiting.Enqueue((parts, bytes));
        WaitingBytes += bytes;
        Pump();
    }

    public void OnAnswer(Answer answer, Exception? error)
    {
        if (_state != State.Offering) return;
        if (error is not null)
        {
            OnError(error);
            return;
        }

        switch (answer.Kind)
        {
            case AnswerKind.Taken: Accepted(later: false); break;
            case AnswerKind.TakenLater: Accepted(later: true); break;
            case AnswerKind.Duplicate when _failures > 0: Accepted(later: true); break;
            case AnswerKind.Stale:
                _state = State.Broken;
                host.Superseded((int)answer.Value);
                break;
            default: Break($"answered {answer.Kind} {answer.Value} to frame {_next} of link {id}", silent: false); break;
        }
    }

    public void OnReady(bool ready, Exception? error)
    {
        if (_state != State.Polling) return;
        if (error is LinkBrokenException || (error is not null && ++_failures > 1)) Break($"link {id}: {error.Message}", silent: true);
        else if (error is not null || !ready) Poll();
        else
        {
            _failures = 0;
            _state = State.Free;
            Pump();
        }
    }

    private void Pump()
    {
        while (_state == State.Free && _waiting.TryDequeue(out var next))
        {
            _offered = new Frame(host.JobName, host.Spec.Generation, id, _next, next.Parts, next.Bytes);
            Offer();
        }
    }

    private void Offer()
    {
        _state = State.Offering;
        ValueTaskAwaiter<Answer> answer;
        try
        {
            answer = AwaiterOf(wire.OfferAsync(_offered!));
            if (answer.IsCompleted)
            {
                OnAnswer(answer.GetResult(), null);
                return;
            }
        }
#pragma warning disable CA1031 // Whatever the wire throws says only that the outcome is unknown.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnAnswer(default, e);
            return;
        }

        answer.UnsafeOnCompleted(() => host.Post(new HostMessage.Answered(this, Outcome(answer, out var error), error)));
    }

    private void Accepted(bool later)
    {
        _next++;
        _failures = 0;
        Frames++;
        Rows += _offered!.Rows;
        Bytes += _offered.Bytes;
        WaitingBytes -= _offered.Bytes;
        _offered = null;
        _state = State.Free;
        if (later) Poll();
        else Pump();
    }

    private void Poll()
    {
        _state = State.Polling;
        ValueTaskAwaiter<bool> ready;
        try
        {
            ready = AwaiterOf(wire.ReadyAsync());
            if (ready.IsCompleted)
            {
                // Through the inbox even so: a wire that says "not yet" at once must not spin here.
                host.Post(new HostMessage.LinkReady(this, Outcome(ready, out var failed), failed));
                return;
            }
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            host.Post(new HostMessage.LinkReady(this, false, e));
            return;
        }

        ready.UnsafeOnCompleted(() => host.Post(new HostMessage.LinkReady(this, Outcome(ready, out var error), error)));
    }

    private void OnError(Exception error)
    {
        // Unknown outcome: the same sequence once more, a Duplicate is success.
        if (error is not LinkBrokenException && ++_failures == 1) Offer();
        else Break($"link {id}: {error.Message}", silent: true);
    }

    private void Break(string reason, bool silent)
    {
        _state = State.Broken;
        host.Suspect(id.Silo, reason, silent);
    }

    private static ValueTaskAwaiter<T> AwaiterOf<T>(ValueTask<T> task) => task.GetAwaiter();

    private static T? Outcome<T>(ValueTaskAwaiter<T> awaiter, out Exception? error)
    {
        error = null;
        try
        {
            return awaiter.GetResult();
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
            return default;
        }
    }
}
