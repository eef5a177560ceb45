using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Join of two inputs, port 0 and 1, on equal keys and times that lie apart by a bounded interval: lower ≤ left time − right time ≤ upper. Pairs leave when the later row
/// comes; a row is kept until the watermark says that no partner can come, and then half the interval longer, in which late rows still find it, as in Flink. A row without a
/// partner that matters leaves padded when it is given up. NULL keys match nothing. Output: left columns, then right columns; both times stay event times, for which the
/// watermark waits.
/// </summary>
/// <param name="Type">inner, left, right or full.</param>
/// <param name="LeftKeys">key columns of port 0; may be none.</param>
/// <param name="RightKeys">key columns of port 1, of the same types (nullability apart).</param>
/// <param name="LeftTime">event time of port 0, TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits.</param>
/// <param name="RightTime">likewise of port 1.</param>
/// <param name="Lower">ms, inclusive.</param>
/// <param name="Upper">ms, inclusive; below <paramref name="Lower"/>, no pair matches.</param>
/// <param name="Condition">over left columns ++ right columns: what a pair must fulfil beside; null: nothing.</param>
/// <param name="LeftRouting">columns by which port 0 is distributed, some of its keys; none: all.</param>
/// <param name="RightRouting">likewise of port 1, in the same order.</param>
[Operator("interval_join")]
public sealed record IntervalJoinSpec(
    Schema Output, JoinType Type, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, int LeftTime, int RightTime, long Lower, long Upper, Expr? Condition = null,
    ImmutableArray<int> LeftRouting = default, ImmutableArray<int> RightRouting = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> LeftRouting { get; init; } = LeftRouting.IsDefault ? [] : LeftRouting;

    public ImmutableArray<int> RightRouting { get; init; } = RightRouting.IsDefault ? [] : RightRouting;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) =>
        [IntervalSide.State("left", inputs[0], LeftKeys, Type.Keeps(0)), IntervalSide.State("right", inputs[1], RightKeys, Type.Keeps(1))];

    public override Operator Create() => new IntervalJoin(this);

    public override string Describe() =>
        $"IntervalJoin(type=[{Type.ToString().ToUpperInvariant()}], on=[{JoinTypes.On(LeftKeys, RightKeys)}], interval=[{Lower} ms <= left.${LeftTime} - right.${RightTime} <= {Upper} ms]"
        + $"{(Condition is null ? "" : $", condition=[{Condition}]")})";
}

public sealed class IntervalJoin : Operator
{
    /// <summary>Candidates before the host gets control back, whether or not any row leaves: a unit stays short.</summary>
    private const int CandidatesPerCall = 64 * Batch.MaxRows;

    private readonly IntervalJoinSpec _spec;
    private readonly IntervalSide[] _sides = new IntervalSide[2];
    private readonly IntervalProbe _probe = new();
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly int[] _padding = new int[Batch.MaxRows];

    /// <summary>How far the output's watermark stays behind.</summary>
    private readonly long _delay;
    private PairCondition? _condition;
    private Work _work;
    private Batch? _batch;
    private int _port;
    private int _padded;
    private long _watermark;
    private int _firing;
    private long _cursor;

    public IntervalJoin(IntervalJoinSpec spec)
    {
        _spec = spec;
        var times = new IntervalTimes(spec.Lower, spec.Upper);
        _delay = Math.Max(0, Math.Max(-spec.Lower, spec.Upper)) + times.Slack + 1 + (spec.Type == JoinType.Inner ? 0 : times.Slice);
    }

    private enum Work : byte
    {
        None,
        Probe,
        Pad,
        Fire,
    }

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var states = _spec.States(c.Inputs);
        var times = new IntervalTimes(_spec.Lower, _spec.Upper);
        _sides[0] = new IntervalSide(
            c.State.Logs(states[0]), new SideColumns(c.Inputs[0], _spec.LeftKeys, 0), new SideHashes(_spec.LeftKeys, _spec.LeftRouting), _spec.LeftTime, -_spec.Upper, -_spec.Lower, times, _spec.Type.Keeps(0));
        _sides[1] = new IntervalSide(
            c.State.Logs(states[1]), new SideColumns(c.Inputs[1], _spec.RightKeys, c.Inputs[0].Count), new SideHashes(_spec.RightKeys, _spec.RightRouting), _spec.RightTime, _spec.Lower, _spec.Upper, times, _spec.Type.Keeps(1));
        if (_spec.Condition is not null) _condition = new PairCondition(_spec.Condition, c.Inputs[0].Concat(c.Inputs[1]), new EvaluationContext(c.TimeZone, () => c.ProcessingTime));
        _watermark = c.Watermark;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _port) = (input, port);
        _probe.Begin(input, _sides[port], _sides[1 - port], _watermark);
        _work = Work.Probe;
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        (_watermark, _firing, _cursor, _work) = (watermark, 0, 0, Work.Fire);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_work != Work.None) Go(o);
        return _work != Work.None;
    }

    private void Go(Output o)
    {
        if (_work == Work.Probe && Probe(o)) Keep();
        if (_work == Work.Pad && Pad(o)) _work = Work.None;
        if (_work == Work.Fire && Fire(o)) _work = Work.None;
    }

    // Pairs of the batch's rows with kept ones; true when all are through.
    private bool Probe(Output o)
    {
        var (own, other) = (_sides[_port], _sides[1 - _port]);
        var builder = o.Builder();
        for (int work = 0; work < CandidatesPerCall;)
        {
            int n = _probe.Collect(o.BatchSize - builder.Count);
            if (n == 0) return true;
            work += n;
            if (_condition is not null)
            {
                own.Columns.Gather(_batch!, _probe.Rows(n), _condition.Candidates);
                other.Columns.Read(_probe.Table, _probe.Partners(n), _condition.Candidates);
                _condition.Candidates.Advance(n);
                n = _probe.Keep(_condition.Judge());
            }

            if (n == 0) continue;
            _probe.Match(n);
            own.Columns.Gather(_batch!, _probe.Rows(n), builder);
            other.Columns.Read(_probe.Table, _probe.Partners(n), builder);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }

        return false;
    }

    // Rows that may still find a partner are kept; the others leave now, if they matter without one.
    private void Keep()
    {
        _padded = _sides[_port].Append(_batch!, _probe, _padding);
        _cursor = 0;
        _work = Work.Pad;
    }

    private bool Pad(Output o)
    {
        var builder = o.Builder();
        while (_cursor < _padded)
        {
            int n = (int)Math.Min(_padded - _cursor, o.BatchSize - builder.Count);
            _sides[_port].Columns.Gather(_batch!, _padding.AsSpan((int)_cursor, n), builder);
            _sides[1 - _port].Columns.AppendNulls(n, builder);
            builder.Advance(n);
            _cursor += n;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }

        return true;
    }

    // Slices of time that no row can match any more go, with their rows that never found a partner; the watermark follows.
    private bool Fire(Output o)
    {
        for (; _firing < 2; _firing++)
        {
            var side = _sides[_firing];
            while (side.Panes.Open.Count > 0 && side.IsDead(side.Panes.Open[0], _watermark))
            {
                if (side.Keeps && !Leave(side, side.Panes.Tables[0], o)) return false;
                side.Panes.Drop(side.Panes.Open[0]);
                _cursor = 0;
            }
        }

        o.Advance(_watermark == long.MaxValue ? long.MaxValue : _watermark - _delay);
        return true;
    }

    private bool Leave(IntervalSide side, LogTable table, Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            n = side.Unmatched(_records.AsSpan(0, n));
            if (n == 0) continue;
            side.Columns.Read(table, _records.AsSpan(0, n), builder);
            _sides[1 - _firing].Columns.AppendNulls(n, builder);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }
}
