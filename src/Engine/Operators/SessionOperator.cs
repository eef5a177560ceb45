using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>What the operators of sessions share: rows find their sessions, late ones are dropped and counted in <c>late_rows</c>, sessions leave behind the watermark.</summary>
/// <param name="time">column of the event time, ms.</param>
/// <param name="gap">ms.</param>
public abstract class SessionOperator(int time, long gap, ImmutableArray<int> keys, ImmutableArray<int> routing, WindowClockKind clock) : Operator
{
    private readonly SideHashes _hashes = new(keys, routing);
    private Counter _late = null!;
    private long _told;

    // In the time of the windows.
    private long _watermark;
    private Batch? _batch;

    // Sessions have left since rows of the batch in hand were assigned.
    private bool _left;
    private bool _firing;
    private bool _advance;

    public sealed override bool TakesMarks => true;

    public sealed override bool StartsSegment => true;

    /// <summary>Key columns.</summary>
    protected int[] Keys { get; } = [.. keys];

    private protected Sessions Sessions { get; private set; } = null!;

    private protected WindowClock Clock { get; private set; } = null!;

    /// <summary>Sessions that this watermark has passed are leaving.</summary>
    protected long FireTo { get; private set; }

    private protected void Open(OperatorContext c, MapTable sessions)
    {
        Clock = new WindowClock(clock, c, gap);
        Sessions = new Sessions(sessions, gap, Keys, Clock);
        _late = c.Counter("late_rows");
        (_told, _watermark) = (c.Watermark, Clock.IsProcessing ? long.MinValue : Clock.Progress(c.Watermark));
    }

    /// <summary>Takes rows into their sessions: <see cref="Operators.Sessions.Rows"/>, <see cref="Operators.Sessions.Records"/>.</summary>
    private protected abstract void Keep(Batch input, ReadOnlySpan<ulong> hashes);

    /// <summary><see cref="Operators.Sessions.Joining"/> becomes part of <see cref="Operators.Sessions.Joined"/>; all rows before are kept.</summary>
    private protected abstract void Join();

    /// <summary>Sends the sessions up to <see cref="FireTo"/>, in the order of their ends; false = the output is full.</summary>
    private protected abstract bool Fire(Output o);

    public sealed override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _left) = (input, false);
        if (Clock.IsProcessing) _watermark = Math.Max(_watermark, Clock.ProgressOfClock());
        Sessions.Begin(input, Clock.MarksOf(input), _hashes.Of(input), _watermark);
        Go(o);
    }

    public sealed override void OnWatermark(long watermark, Output o)
    {
        (_told, _advance) = (watermark, true);
        if (Clock.IsProcessing) Go(o);
        else Begin(Clock.Progress(watermark), o);
    }

    public sealed override void OnProcessingTime(long now, Output o) => Begin(Clock.ProgressOfClock(now), o);

    public sealed override void OnEnd(int port, Output o)
    {
        if (Clock.IsProcessing) Begin(long.MaxValue, o);
    }

    public sealed override bool Resume(Output o)
    {
        if (_firing || _batch is not null) Go(o);
        return _firing || _batch is not null;
    }

    private void Begin(long progress, Output o)
    {
        _watermark = Math.Max(_watermark, progress);
        (FireTo, _firing) = (_watermark, true);
        Go(o);
    }

    private void Go(Output o)
    {
        while (true)
        {
            if (_firing && !Fire(o)) return;
            _firing = false;
            if (_batch is null) break;
            Take(_batch);
        }

        if (_advance) o.Advance(_told);
        _advance = false;
    }

    // Takes rows up to one before which sessions must leave.
    private void Take(Batch input)
    {
        var times = Clock.Times(input, time);
        var hashes = _hashes.Of(input);
        if (_left) Sessions.Find(hashes);
        SessionStep step;
        do
        {
            step = Sessions.Assign(times, hashes);
            if (Sessions.Rows.Length > 0) Keep(input, hashes);
            if (step == SessionStep.Join) Join();
        }
        while (step == SessionStep.Join);
        if (step == SessionStep.Fire)
        {
            (_left, _firing, FireTo) = (true, true, Sessions.InForce);
            return;
        }

        _late.Add(Sessions.Late);
        _batch = null;
    }
}
