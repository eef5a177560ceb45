using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// GROUP BY window_start, window_end, keys over <c>SESSION</c>: one row per key and session [first row, last row + gap) when the watermark reaches its end − 1 ms. Rows at
/// most a gap apart share a session; a row between two joins them. A row is late, dropped and counted in <c>late_rows</c>, when the session that it would belong to,
/// joined with what is open, has ended: behind the watermark it still counts where it touches an open session.
/// Output: key columns, results of the calls, window properties.
/// </summary>
/// <param name="Time">event time, TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits.</param>
/// <param name="Gap">ms, positive.</param>
/// <param name="Keys">key columns, whose sessions are apart; may be none.</param>
[Operator("session_window")]
public sealed record SessionWindowSpec(
    Schema Output, int Time, long Gap, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, ImmutableArray<WindowProperty> Properties) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [Sessions.State(inputs[0], Keys, new Accumulators(Calls).State)];

    public override Operator Create() => new SessionWindow(this);

    public override string Describe() =>
        $"SessionWindow(time=[${Time}], gap=[{Gap} ms], groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}], window=[{string.Join(", ", Properties)}])";
}

/// <summary>Sessions of event time with their aggregates.</summary>
public sealed class SessionWindow(SessionWindowSpec spec) : Operator
{
    private readonly Accumulators _calls = new(spec.Calls);
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _leaving = new nint[Batch.MaxRows];
    private readonly int[] _keys = [.. spec.Keys];
    private Sessions _sessions = null!;
    private Counter _late = null!;
    private long _watermark;
    private Batch? _batch;

    // Sessions have left since rows of the batch in hand were assigned.
    private bool _took;
    private bool _firing;
    private long _fireTo;
    private bool _advance;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var state = Sessions.State(c.Inputs[0], spec.Keys, _calls.State);
        var table = c.State.Map(state);
        _calls.Bind(table.Layout, Sessions.Fields);
        _sessions = new Sessions(table, spec.Gap, _keys);
        _late = c.Counter("late_rows");
        _watermark = c.Watermark;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        _batch = input;
        _sessions.Begin(input, KeyHashes.Of(input, _keys, _hashes), _watermark);
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        (_watermark, _advance) = (watermark, true);
        (_fireTo, _firing) = (watermark, true);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_firing || _batch is not null) Go(o);
        return _firing || _batch is not null;
    }

    private void Go(Output o)
    {
        while (true)
        {
            if (_firing && !Fire(o)) return;
            if (_batch is null) break;
            Take(_batch);
        }

        if (_advance) o.Advance(_watermark);
        _advance = false;
    }

    // Takes rows up to one before which sessions must leave.
    private void Take(Batch input)
    {
        var times = ((FixedColumn<long>)input.Columns[spec.Time]).Values;
        var hashes = input.HasHashes ? input.Hashes : _hashes.AsSpan(0, input.Length);
        if (_took) _sessions.Find(hashes);
        SessionStep step;
        do
        {
            step = _sessions.Assign(times, hashes);
            if (_sessions.Rows.Length > 0) _calls.Apply(_sessions.Table, input, _sessions.Rows, _sessions.Records, hashes);
            if (step == SessionStep.Join) _calls.Merge(_sessions.Table, [_sessions.Joined], _sessions.Table, [_sessions.Joining]);
        }
        while (step == SessionStep.Join);
        _took = _firing = step == SessionStep.Fire;
        if (_firing)
        {
            _fireTo = _sessions.InForce;
            return;
        }

        _late.Add(_sessions.Late);
        _batch = null;
    }

    // Sessions leave in the order of their ends.
    private bool Fire(Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = _sessions.Take(_fireTo, _leaving.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) break;
            var records = _leaving.AsSpan(0, n);
            _sessions.Table.CopyKeys(records, builder, 0);
            _calls.WriteResults(_sessions.Table, records, builder, _keys.Length);
            _sessions.WriteProperties(records, builder, _keys.Length + spec.Calls.Length, spec.Properties);
            builder.Advance(n);
            _sessions.Remove(records);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }

        _firing = false;
        return true;
    }
}
