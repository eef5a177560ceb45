using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// GROUP BY window_start, window_end, keys over TUMBLE, HOP and CUMULATE of processing time: one row per key and window when the shard's clock reaches its end, or when the
/// input ends. No row is late. All rows of a batch have one time; they are added to each window that holds it, so that a window that has fired leaves nothing behind and a
/// restore, into any number of shards, fires none again.
/// Output: key columns, results of the calls, window properties.
/// </summary>
/// <param name="Size">ms; where windows cumulate a multiple of <paramref name="Step"/>.</param>
/// <param name="Step">ms: slide of HOP, step of CUMULATE, size of TUMBLE.</param>
/// <param name="Offset">ms; may be negative. Windows are cut from wall-clock time of the session's zone.</param>
/// <param name="Cumulates">windows grow step by step to their size; else each has the full size.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all keys.</param>
[Operator("processing_window")]
public sealed record ProcessingWindowSpec(
    Schema Output, long Size, long Step, long Offset, bool Cumulates, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, ImmutableArray<WindowProperty> Properties,
    ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) =>
        [WindowState(inputs[0]), .. Accumulators.PaneTables(Calls, inputs[0].Select(Keys.AsSpan()))];

    public override Operator Create() => new ProcessingWindow(this);

    public override string Describe() =>
        $"ProcessingWindow(size=[{Size} ms]{(Step == Size ? "" : $", {(Cumulates ? "step" : "slide")}=[{Step} ms]")}{(Offset == 0 ? "" : $", offset=[{Offset} ms]")}, "
        + $"groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}], window=[{string.Join(", ", Properties)}])";

    internal StateSpec WindowState(Schema input) => new("windows", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, new Accumulators(Calls).State, Ttl.None);
}

public sealed class ProcessingWindow(ProcessingWindowSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly PaneSplit _panes = new(spec.Step, spec.Offset);
    private readonly Accumulators _calls = new(spec.Calls);
    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _keys = [.. spec.Keys];
    private WindowClock _clock = null!;

    /// <summary>By end, which differs from window to window.</summary>
    private PaneTables _windows = null!;
    private bool _firing;
    private long _fireTo;
    private long _cursor;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        _clock = new WindowClock(WindowClockKind.Processing, c, spec.Step);
        _windows = c.State.Panes(spec.WindowState(c.Inputs[0]));
        _calls.BindPanes(c.State, c.Inputs[0].Select(spec.Keys.AsSpan()), _keys);
        _calls.Bind(_windows.Layout, 0);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var rows = input.Selection is { } s ? s.Rows : AllRows.AsSpan(0, input.Length);
        var records = _records.AsSpan(0, rows.Length);
        var hashes = _hashes.Of(input);
        _calls.BeginPanes(input, hashes);
        long now = _clock.Now, pane = _panes.StartOf(now);
        long whole = _panes.Floor(now, spec.Size) + spec.Size;
        for (long end = spec.Cumulates ? whole : pane + spec.Size; end > now; end -= spec.Step)
        {
            var table = _windows[end];
            table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
            _calls.EnterPane(end);
            _calls.Apply(table, input, rows, records, hashes);
        }
    }

    public override void OnProcessingTime(long now, Output o) => Begin(_clock.ProgressOfClock(now), o);

    public override void OnEnd(int port, Output o) => Begin(long.MaxValue, o);

    public override bool Resume(Output o)
    {
        if (_firing) Fire(o);
        return _firing;
    }

    private void Begin(long progress, Output o)
    {
        (_fireTo, _firing, _cursor) = (progress, true, 0);
        Fire(o);
    }

    // Windows leave in the order of their ends.
    private void Fire(Output o)
    {
        while (_windows.Open.Count > 0 && _windows.Open[0] - 1 <= _fireTo)
        {
            long end = _windows.Open[0];
            if (!Emit(_windows[end], end, o)) return;
            _windows.Drop(end);
            _calls.DropPane(end);
            _cursor = 0;
        }

        _firing = false;
    }

    private bool Emit(ValueTable table, long end, Output o)
    {
        var builder = o.Builder();
        long start = spec.Cumulates ? _panes.Floor(end - 1, spec.Size) : end - spec.Size;
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            var records = _records.AsSpan(0, n);
            table.CopyKeys(records, builder, 0);
            _calls.WriteResults(table, records, builder, _keys.Length);
            WindowColumns.Write(builder, _keys.Length + spec.Calls.Length, spec.Properties, start, end, n, _clock);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }
}
