using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Flow;

/// <summary>A builder whose rows may be looked at by segments after its owner has gone on.</summary>
internal sealed class Lent(BatchBuilder builder)
{
    public readonly BatchBuilder Builder = builder;
    public readonly Marks Marks = new();
    public int Holders;
}

/// <summary>Builders of one schema, taken and given back.</summary>
internal sealed class LentPool(Schema schema, bool withKinds)
{
    private readonly Stack<Lent> _free = new();

    public Lent Take() => _free.TryPop(out var l) ? l : new Lent(new BatchBuilder(schema, withKinds));

    public void Release(Lent lent)
    {
        if (--lent.Holders > 0) return;
        lent.Builder.Reset();
        _free.Push(lent);
    }
}

/// <summary>What an output leads to: a port of a node, or a tail.</summary>
internal abstract class Target
{
    /// <param name="lent">holds the batch's rows, when they lie in a builder.</param>
    public abstract void Deliver(Batch batch, Lent? lent, LentPool? pool);

    public abstract void OnWatermark(long watermark);

    public abstract void OnIdle(bool idle);

    public abstract void OnEnd();

    /// <summary>Whether nothing more should be sent now.</summary>
    public abstract bool Full { get; }

    /// <summary>The full tail behind it, if it is a tail that blocks.</summary>
    public virtual string? Blocker => null;
}

internal sealed class TailTarget(Tail tail) : Target
{
    public override void Deliver(Batch batch, Lent? lent, LentPool? pool) => tail.Append(batch);

    public override void OnWatermark(long watermark) => tail.Watermark(watermark);

    public override void OnIdle(bool idle) => tail.Idle(idle);

    public override void OnEnd() => tail.End();

    public override bool Full => tail.Full;

    public override string? Blocker => tail.Full ? tail.Blocker : null;
}

/// <summary>
/// An operator in its chain: its ports with their time, the queue before it when it starts a segment, and its output. Works off one item (batch, watermark, idle, end)
/// at a time, call by call, because after each call the operator may owe rows.
/// </summary>
internal sealed class ChainNode : Output
{
    private readonly Queue<Item> _queue = new();
    private readonly LentPool _pool;
    private readonly Action _wake;
    private Lent? _open;
    private Item _item;
    private bool _busy;
    private bool _owes;
    private int _step;
    private bool _fresh;
    private volatile NeedState _need;
    private Exception? _needError;
    private string _needWhat = "";

    public ChainNode(int index, string uid, Operator op, Schema output, int batchSize, Port[] ports, Action wake)
    {
        Index = index;
        Uid = uid;
        Op = op;
        Ports = ports;
        BatchSize = batchSize;
        _wake = wake;
        _pool = new LentPool(output, op.EmitsKinds);
    }

    public int Index { get; }

    public string Uid { get; }

    public Operator Op { get; }

    public Port[] Ports { get; }

    public List<Target> Targets { get; } = [];

    /// <summary>The combined watermark that the operator was last told.</summary>
    public long Told { get; set; } = long.MinValue;

    /// <summary>What it last told those behind it.</summary>
    public long Advanced { get; set; } = long.MinValue;

    public bool Idle { get; private set; }

    public bool HasEnded { get; set; }

    public bool Quiet => !_busy && _queue.Count == 0;

    public string? WaitsFor => _need == NeedState.Waiting ? _needWhat : null;

    public override int BatchSize { get; }

    public override bool Full
    {
        get
        {
            foreach (var t in Targets) if (t.Full) return true;
            return false;
        }
    }

    public override void Append(Batch batch)
    {
        if (batch.Count == 0) return;
        EmitBuilder();
        foreach (var t in Targets) t.Deliver(batch, null, null);
    }

    public override BatchBuilder Builder() => (_open ??= Take()).Builder;

    public override BatchBuilder Emit()
    {
        EmitBuilder();
        return Builder();
    }

    public override void Advance(long watermark)
    {
        if (watermark <= Advanced) return;
        EmitBuilder();
        Advanced = watermark;
        foreach (var t in Targets) t.OnWatermark(watermark);
    }

    /// <summary>Takes an item now (an operator within a segment) or into the queue (one that starts a segment).</summary>
    public void Take(in Item item, bool queued)
    {
        if (queued)
        {
            _queue.Enqueue(item);
            return;
        }

        Begin(item);
        while (_busy) Step();
    }

    /// <summary>A segment's unit: one call of the operator. False = it cannot go on now (nothing to do, waits, or no room behind it).</summary>
    public bool Run()
    {
        if (_need == NeedState.Waiting || Quiet || Full) return false;
        if (!_busy) Begin(_queue.Dequeue());
        if (_busy) Step();
        return true;
    }

    /// <summary>A call outside the stream of items (flush, processing time); the node must be quiet.</summary>
    public void Call(Item item) => Take(item, queued: Op.StartsSegment);

    private Lent Take()
    {
        var l = _pool.Take();
        l.Holders = 1;
        return l;
    }

    private void EmitBuilder()
    {
        if (_open is not { } lent || lent.Builder.Count == 0) return;
        var batch = lent.Builder.Borrow();
        _open = null;
        foreach (var t in Targets) t.Deliver(batch, lent, _pool);
        _pool.Release(lent);
    }

    private void Begin(in Item item)
    {
        _item = item;
        _busy = true;
        _owes = false;
        _step = 0;
        _fresh = true;
        if (item.Kind == ItemKind.Batch) Ports[item.Port].Open(item.Batch!, this);
    }

    private void Step()
    {
        if (_owes) _owes = Op.Resume(this);
        else if (Next()) _owes = Op.StartsSegment && Op.Resume(this);
        else Finish();
        EmitBuilder();
    }

    private void Finish()
    {
        if (_item.Lent is { } lent) _item.Pool!.Release(lent);
        _item = default;
        _busy = false;
    }

    // The next call for the item in hand; false = it is done.
    private bool Next() => _item.Kind switch
    {
        ItemKind.Batch => NextOfBatch(Ports[_item.Port]),
        ItemKind.Watermark => Once() && Raise(Ports[_item.Port], _item.Value),
        ItemKind.Idle => Once() && SetIdle(Ports[_item.Port], _item.Value != 0),
        ItemKind.End => NextOfEnd(Ports[_item.Port]),
        ItemKind.Flush => Once() && Flushed(),
        ItemKind.Tick => Once() && Ticked(_item.Value),
        _ => throw new InvalidOperationException(),
    };

    private bool Once() => _step++ == 0;

    private bool Flushed()
    {
        Op.Flush(this);
        return true;
    }

    private bool Ticked(long now)
    {
        Op.OnProcessingTime(now, this);
        return true;
    }

    // Steps: a need if any; then pieces and their watermarks by turns.
    private bool NextOfBatch(Port port)
    {
        if (_fresh)
        {
            _fresh = false;
            if (Op.StartsSegment && Op.Prepare(_item.Port, port.Whole) is { } need)
            {
                Await(need);
                return true;
            }
        }

        if (_need == NeedState.Done)
        {
            _need = NeedState.None;
            if (_needError is { } error) throw error;
        }

        while (port.NextCall(out var piece, out long watermark))
        {
            if (piece is not null)
            {
                Op.OnBatch(_item.Port, piece, this);
                return true;
            }

            if (Raise(port, watermark)) return true;
        }

        return false;
    }

    private void Await(Need need)
    {
        _needWhat = need.What;
        _needError = null;
        _need = NeedState.Waiting;
        need.Start(error =>
        {
            _needError = error;
            _need = NeedState.Done;
            _wake();
        });
    }

    private bool NextOfEnd(Port port)
    {
        if (_step == 0)
        {
            _step = 1;
            if (port.Ended) return false;
            port.Ended = true;
            Op.OnEnd(_item.Port, this);
            return true;
        }

        if (_step++ > 1) return false;
        if (Array.TrueForAll(Ports, p => p.Ended))
        {
            EmitBuilder();
            HasEnded = true;
            foreach (var t in Targets) t.OnEnd();
            return false;
        }

        return Combine();
    }

    private bool SetIdle(Port port, bool idle)
    {
        port.Idle = idle;
        bool was = Idle;
        Idle = Array.TrueForAll(Ports, p => p.Idle || p.Ended);
        bool called = Combine();
        if (Idle != was)
        {
            EmitBuilder();
            foreach (var t in Targets) t.OnIdle(Idle);
        }

        return called;
    }

    private bool Raise(Port port, long watermark)
    {
        if (watermark <= port.Watermark) return false;
        port.Watermark = watermark;
        return Combine();
    }

    // The least watermark over the ports that count; true = the operator was told of a higher one.
    private bool Combine()
    {
        long least = long.MaxValue;
        bool any = false;
        foreach (var p in Ports)
        {
            if (p.Idle || p.Ended) continue;
            any = true;
            least = Math.Min(least, p.Watermark);
        }

        if (!any || least <= Told) return false;
        Told = least;
        Op.OnWatermark(least, this);
        return true;
    }

    internal enum ItemKind : byte
    {
        Batch,
        Watermark,
        Idle,
        End,
        Flush,
        Tick,
    }

    internal readonly record struct Item(ItemKind Kind, int Port, Batch? Batch, Lent? Lent, LentPool? Pool, long Value);

    private enum NeedState : byte
    {
        None,
        Waiting,
        Done,
    }
}
