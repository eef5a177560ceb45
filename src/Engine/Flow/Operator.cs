using OrleansStream.Columns;

namespace OrleansStream.Engine.Flow;

/// <summary>What a batch needs before an operator can take it: pages on disk, rows of a lookup.</summary>
public abstract class Need
{
    /// <summary>Nothing: the batch can be processed now.</summary>
    public static Need? Nothing => null;

    /// <summary>What is waited for, in a person's words: <c>lookup users</c>.</summary>
    public abstract string What { get; }

    /// <summary>Starts the work on the pool; <paramref name="done"/> is called once, from any thread, with the error or null.</summary>
    public abstract void Start(Action<Exception?> done);
}

/// <summary>
/// A step of a chain: synchronous, single-threaded, without clock or I/O. After any call it may owe rows; until <see cref="Resume"/> returns false it gets no
/// other call and no barrier passes. It may never hold back one port to wait for another. Before it advances a watermark it gives up all held rows that the watermark
/// would make late; <see cref="Flush"/> gives up everything.
/// </summary>
public abstract class Operator
{
    /// <summary>
    /// True: batches come whole, with their <see cref="Batch.Marks"/>; the operator judges lateness row by row and gets one <see cref="OnWatermark"/> with the last.
    /// False: the host cuts at each mark.
    /// </summary>
    public virtual bool TakesMarks => false;

    /// <summary>Whether <see cref="Prepare"/> is overridden or <see cref="Resume"/> may owe rows: such an operator starts a segment of the chain.</summary>
    public virtual bool StartsSegment => false;

    /// <summary>
    /// True: each call appends at most one batch, and that batch (its columns, selection and marks) stays as it is until the operator's next call, as filters and
    /// projections do. A segment behind it then takes the batch without copying.
    /// </summary>
    public virtual bool OutputStays => false;

    /// <summary>Whether rows that the operator writes into <see cref="Output.Builder"/> carry a kind.</summary>
    public virtual bool EmitsKinds => false;

    /// <summary>Declares tables, timers and counters.</summary>
    public abstract void Open(OperatorContext c);

    public virtual Need? Prepare(int port, Batch input) => Need.Nothing;

    /// <summary>Takes 1 to <see cref="Batch.MaxRows"/> rows, borrowed until this and the <see cref="Resume"/> calls that follow have returned.</summary>
    public abstract void OnBatch(int port, Batch input, Output o);

    /// <summary>Goes on emitting; called again while it returns true.</summary>
    public virtual bool Resume(Output o) => false;

    /// <summary>Gives up held rows: before a barrier, at linger, at the end.</summary>
    public virtual void Flush(Output o)
    {
    }

    /// <summary>The combined watermark of all ports rose to <paramref name="watermark"/> (ms; <see cref="long.MaxValue"/> at the end of bounded input).</summary>
    public virtual void OnWatermark(long watermark, Output o) => o.Advance(watermark);

    /// <summary>Processing time moved on to <paramref name="now"/> (ms since 1970, UTC); only for operators that asked in <see cref="Open"/>.</summary>
    public virtual void OnProcessingTime(long now, Output o)
    {
    }

    /// <summary>No more rows on this port. Called once a port; after the last one, rows go out before the end does.</summary>
    public virtual void OnEnd(int port, Output o)
    {
    }
}
