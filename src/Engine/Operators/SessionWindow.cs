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
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all keys.</param>
/// <param name="Clock">with processing time <paramref name="Time"/> is not read, and what is open leaves when the input ends.</param>
/// <param name="Retracts">rows may be taken back: they reach into sessions as others do, and a session without rows has none when it ends.</param>
[Operator("session_window")]
public sealed record SessionWindowSpec(
    Schema Output, int Time, long Gap, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, ImmutableArray<WindowProperty> Properties,
    ImmutableArray<int> Routing = default, WindowClockKind Clock = WindowClockKind.Event,
    bool Retracts = false) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [Sessions.State(inputs[0], Keys, new Accumulators(Calls, Retracts).State)];

    public override Operator Create() => new SessionWindow(this);

    public override string Describe() =>
        $"SessionWindow(time=[{(Clock == WindowClockKind.Processing ? "PROCTIME" : $"${Time}")}], gap=[{Gap} ms], groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}], window=[{string.Join(", ", Properties)}])";
}

/// <summary>Sessions with their aggregates.</summary>
public sealed class SessionWindow(SessionWindowSpec spec) : SessionOperator(spec.Time, spec.Gap, spec.Keys, spec.Routing, spec.Clock)
{
    private readonly Accumulators _calls = new(spec.Calls, spec.Retracts);
    private readonly nint[] _leaving = new nint[Batch.MaxRows];
    private readonly nint[] _counted = new nint[Batch.MaxRows];

    public override void Open(OperatorContext c)
    {
        var table = c.State.Map(Sessions.State(c.Inputs[0], spec.Keys, _calls.State));
        _calls.Bind(table.Layout, Sessions.Fields);
        Open(c, table);
    }

    private protected override void Keep(Batch input, ReadOnlySpan<ulong> hashes) => _calls.Apply(Sessions.Table, input, Sessions.Rows, Sessions.Records, hashes);

    private protected override void Join() => _calls.Merge(Sessions.Table, [Sessions.Joined], Sessions.Table, [Sessions.Joining]);

    private protected override bool Fire(Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = Sessions.Take(FireTo, _leaving.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            var all = _leaving.AsSpan(0, n);
            if (spec.Retracts)
            {
                all.CopyTo(_counted);
                n = RowCount.Keep(_counted.AsSpan(0, n), Sessions.CountOffset);
            }

            var records = (spec.Retracts ? _counted : _leaving).AsSpan(0, n);
            Sessions.Table.CopyKeys(records, builder, 0);
            _calls.WriteResults(Sessions.Table, records, builder, Keys.Length);
            Sessions.WriteProperties(records, builder, Keys.Length + spec.Calls.Length, spec.Properties);
            builder.Advance(n);
            Sessions.Table.Remove(all);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }
}
