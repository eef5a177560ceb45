using System.Buffers;
using System.IO.Hashing;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A link over the simulated network, with its planted mistakes; watches what a sender may do.</summary>
internal sealed class Wire(Silo from, string job, int generation, LinkId id) : IExchangeLink
{
    private const long OfferMs = 1000, ReadyMs = 2000;

    private Frame? _last;
    private long _shift;
    private long _arrived;

    private Cluster Cluster => from.Cluster;

    private Planted Planted => Cluster.Planted;

    public ValueTask<Answer> OfferAsync(Frame frame)
    {
        Watch(frame);
        if (id.Silo == from.Name)
        {
            _last = frame;
            return new(from.Hub.Offer(frame));
        }

        var world = from.World;
        var answer = new TaskCompletionSource<Answer>();
        if (Cluster.Find(id.Silo) is not { } to)
        {
            world.Soon(() => answer.TrySetException(new LinkBrokenException($"{id.Silo} refuses")), from);
            return new(answer.Task);
        }

        frame = Renumbered(frame);
        var mishap = Cluster.Network.Next();
        if (Planted == Planted.LossUnnoticed && Cluster.Network.Cut.Contains((from.Name, to.Name))) mishap = (Mishap.Lost, 0);
        switch (Planted, mishap.Kind)
        {
            case (Planted.OrderIgnored, _):
                if (mishap.Kind == Mishap.Late) world.After(mishap.Ms, () => to.Hub.Offer(frame with { Sequence = _arrived++ }), to);
                else world.Soon(() => to.Hub.Offer(frame with { Sequence = _arrived++ }), to);
                world.After(1, () => answer.TrySetResult(new Answer(AnswerKind.Taken)), from);
                return new(answer.Task);
            case (Planted.LossUnnoticed, Mishap.Lost):
                _shift--;
                world.Soon(() => answer.TrySetResult(new Answer(AnswerKind.Taken)), from);
                return new(answer.Task);
            case (Planted.FramesTakenTwice, Mishap.Twice):
                _shift++;
                mishap = default;
                world.Soon(() => to.Hub.Offer(frame with { Sequence = frame.Sequence + 1 }), to);
                break;
            default: break;
        }

        Cluster.Network.Carry(mishap, from, to, () => to.Hub.Offer(frame), a => answer.TrySetResult(a), e => answer.TrySetException(e), OfferMs);
        return new(answer.Task);
    }

    public ValueTask<bool> ReadyAsync()
    {
        var world = from.World;
        var ready = new TaskCompletionSource<bool>();
        if (Cluster.Find(id.Silo) is not { } to)
        {
            world.Soon(() => ready.TrySetException(new LinkBrokenException($"{id.Silo} refuses")), from);
            return new(ready.Task);
        }

        // A long poll: the hub's answer is a message of its own.
        Cluster.Network.Carry(
            to == from ? default : Cluster.Network.Next(), from, to,
            () =>
            {
                to.Hub.WhenReady(job, generation, id, ok => world.Soon(() => { if (!Cluster.Network.Cut.Contains((to.Name, from.Name))) world.Soon(() => ready.TrySetResult(ok), from); }, to));
                world.After(OfferMs, () => { if (!Cluster.Network.Cut.Contains((to.Name, from.Name))) world.Soon(() => ready.TrySetResult(false), from); }, to);
                return 0;
            },
            _ => { }, _ => { }, ReadyMs);
        world.After(ReadyMs, () => ready.TrySetException(new TimeoutException($"no answer from {id.Silo}")), from);
        return new(ready.Task);
    }

    // I1: a frame never changes; I4: 0, 1, 2, …, one again only while nothing is known of it; I7: nobody acts before his generation is in the journal.
    private void Watch(Frame frame)
    {
        if (Planted == Planted.None && frame.Sequence != (_last?.Sequence ?? -1) + 1 && !ReferenceEquals(frame, _last))
            Cluster.Break($"I4: link {id} offers {frame.Sequence} after {_last?.Sequence}");
        if (Cluster.Generation < generation) Cluster.Break($"I7: link {id} sends in generation {generation}, the journal is at {Cluster.Generation}");
        Cluster.Watched.Add(frame);
    }

    // What the planted mistakes do to numbers: frames that were lost leave no hole, frames that came twice were two.
    private Frame Renumbered(Frame frame)
    {
        if (Planted == Planted.AnswerLostSentAnew && ReferenceEquals(frame, _last)) _shift++;
        _last = frame;
        return _shift == 0 ? frame : frame with { Sequence = frame.Sequence + _shift };
    }
}

/// <summary>The last frames sent, with checksums of their rows: whoever changes one is found when the next is sent.</summary>
public sealed class WatchedFrames(Action<string> broken)
{
    private const int Kept = 16;

    private readonly Queue<(Frame Frame, ulong Sum)> _frames = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public long Checked { get; private set; }

    public void Add(Frame frame)
    {
        _frames.Enqueue((frame, Sum(frame)));
        if (_frames.Count > Kept) Check();
    }

    public void CheckAll()
    {
        while (_frames.Count > 0) Check();
    }

    private void Check()
    {
        var (frame, sum) = _frames.Dequeue();
        Checked++;
        if (Sum(frame) != sum) broken($"I1: frame {frame.Sequence} of link {frame.Link} has changed since it was sent");
    }

    private ulong Sum(Frame frame)
    {
        _bytes.ResetWrittenCount();
        foreach (var part in frame.Parts) if (part.Rows is { } rows) foreach (string row in Rows.Text(rows)) _bytes.Write(System.Text.Encoding.UTF8.GetBytes(row));
        return XxHash3.HashToUInt64(_bytes.WrittenSpan);
    }
}
