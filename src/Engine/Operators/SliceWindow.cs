using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// GROUP BY window_start, window_end, keys over <c>HOP</c>: windows of <paramref name="Size"/> that begin every <paramref name="Slide"/>. A row is late when the last window
/// that holds it has fired; before that it counts in the windows still to come. Rows are aggregated once, into panes of one slide, which are merged when a window fires.
/// Output as of <see cref="TumbleWindowSpec"/>; its partial phase is that of a tumbling window of one slide.
/// </summary>
/// <param name="Size">ms, a multiple of <paramref name="Slide"/>.</param>
/// <param name="Slide">ms, positive.</param>
[Operator("hop_window")]
public sealed record HopWindowSpec(
    Schema Output, int Time, long Size, long Slide, long Offset, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, AggregatePhase Phase,
    ImmutableArray<WindowProperty> Properties, ImmutableArray<int> Routing = default, WindowClockKind Clock = WindowClockKind.Event) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => SliceWindow.States(inputs[0], Keys, Calls);

    public override Operator Create() => new SliceWindow(new Slices(Size, Slide, Offset, false), Time, Keys, Calls, Phase, Properties, Routing, Clock);

    public override string Describe() =>
        $"HopWindow(phase=[{Phase}], time=[${Time}], size=[{Size} ms], slide=[{Slide} ms], groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}])";

    /// <summary>The two phases of a single one over <paramref name="input"/>.</summary>
    public (TumbleWindowSpec Partial, HopWindowSpec Final) Split(Schema input)
    {
        var (partial, final) = new TumbleWindowSpec(Output, Time, Slide, Offset, Keys, Calls, Phase, Properties).Split(input);
        return (partial, this with { Time = final.Time, Keys = final.Keys, Phase = AggregatePhase.Final });
    }
}

/// <summary>
/// As <see cref="HopWindowSpec"/>, over <c>CUMULATE</c>: windows that begin every <paramref name="Size"/> and end at each <paramref name="Step"/> within it. From its first
/// row on, a key has a row at every later step.
/// </summary>
/// <param name="Size">ms, a multiple of <paramref name="Step"/>.</param>
/// <param name="Step">ms, positive.</param>
[Operator("cumulate_window")]
public sealed record CumulateWindowSpec(
    Schema Output, int Time, long Size, long Step, long Offset, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, AggregatePhase Phase,
    ImmutableArray<WindowProperty> Properties, ImmutableArray<int> Routing = default, WindowClockKind Clock = WindowClockKind.Event) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => SliceWindow.States(inputs[0], Keys, Calls);

    public override Operator Create() => new SliceWindow(new Slices(Size, Step, Offset, true), Time, Keys, Calls, Phase, Properties, Routing, Clock);

    public override string Describe() =>
        $"CumulateWindow(phase=[{Phase}], time=[${Time}], size=[{Size} ms], step=[{Step} ms], groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}])";

    /// <summary>The two phases of a single one over <paramref name="input"/>.</summary>
    public (TumbleWindowSpec Partial, CumulateWindowSpec Final) Split(Schema input)
    {
        var (partial, final) = new TumbleWindowSpec(Output, Time, Step, Offset, Keys, Calls, Phase, Properties).Split(input);
        return (partial, this with { Time = final.Time, Keys = final.Keys, Phase = AggregatePhase.Final });
    }
}

/// <summary>How windows are made of panes of one step.</summary>
/// <param name="Cumulates">windows grow step by step to their size; else each has the full size and slides by a step.</param>
internal sealed record Slices(long Size, long Step, long Offset, bool Cumulates);

/// <summary>Hopping and cumulating windows, single and final phase.</summary>
internal sealed class SliceWindow : Operator
{
    private readonly Slices _slices;
    private readonly int _time;
    private readonly ImmutableArray<AggregateCall> _callSpecs;
    private readonly AggregatePhase _phase;
    private readonly ImmutableArray<WindowProperty> _properties;
    private readonly PaneSplit _split;
    private readonly Accumulators _calls;
    private readonly int[] _keys;
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly nint[] _from = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly WindowClockKind _clockKind;
    private readonly SideHashes? _routed;
    private WindowClock _clock = null!;
    private PaneTables _panes = null!;
    private PaneTables _windows = null!;
    private Counter _late = null!;

    // All windows that end at or before _fired + 1 have fired; those up to _fireTo are firing.
    private long _fired;
    private long _fireTo;
    private bool _firing;
    private long _end;
    private ValueTable? _leaving;
    private long _cursor;
    private Batch? _batch;
    private int _next;
    private long _told;
    private bool _advance;

    // In the time of the windows.
    private long _watermark;

    public SliceWindow(
        Slices slices, int time, ImmutableArray<int> keys, ImmutableArray<AggregateCall> calls, AggregatePhase phase, ImmutableArray<WindowProperty> properties,
        ImmutableArray<int> routing, WindowClockKind clock)
    {
        if (!routing.IsEmpty && !routing.SequenceEqual(keys)) _routed = new SideHashes(keys, routing);
        _clockKind = clock;
        if (slices.Size % slices.Step != 0) throw new InvalidDataException($"a window of {slices.Size} ms is no multiple of its step of {slices.Step} ms");
        (_slices, _time, _callSpecs, _phase, _properties) = (slices, time, calls, phase, properties);
        _split = new PaneSplit(slices.Step, slices.Offset, slices.Cumulates ? slices.Size : slices.Step, slices.Size, slices.Cumulates);
        _calls = new Accumulators(calls);
        _keys = [.. keys];
    }

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    /// <summary>Panes; and the windows that cumulate (of hopping ones: the window that is firing, never stored).</summary>
    public static ImmutableArray<StateSpec> States(Schema input, ImmutableArray<int> keys, ImmutableArray<AggregateCall> calls)
    {
        var panes = new StateSpec("panes", 1, StateKind.Value, input.Select(keys.AsSpan()), null, new Accumulators(calls).State, Ttl.None);
        return [panes, panes with { Name = "windows" }];
    }

    public override void Open(OperatorContext c)
    {
        var states = States(c.Inputs[0], [.. _keys], _callSpecs);
        _panes = c.State.Panes(states[0]);
        _windows = c.State.Panes(states[1]);
        _calls.Bind(_panes.Layout, 0);
        _late = c.Counter("late_rows");
        _clock = new WindowClock(_clockKind, c, _slices.Step);
        _told = c.Watermark;
        _watermark = _fired = _clock.Progress(c.Watermark);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        (_told, _advance) = (watermark, true);
        Begin(_watermark = _clock.Progress(watermark));
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_firing || _batch is not null) Go(o);
        return _firing || _batch is not null;
    }

    // A row that comes behind a mark must not count in the windows that the mark has passed: these fire first.
    private void Go(Output o)
    {
        while (true)
        {
            if (_firing && !Fire(o)) return;
            if (_batch is null) break;
            long until = Take();
            if (_batch is not null) Begin(until);
        }

        if (_advance) o.Advance(_told);
        _advance = false;
    }

    // Takes rows up to one before which windows must fire; gives the mark up to which.
    private long Take()
    {
        var input = _batch!;
        var times = _phase == AggregatePhase.Single ? _clock.Times(input, _time) : ((FixedColumn<long>)input.Columns[_time]).Values;
        _split.Marks = _clock.MarksOf(input);
        _next = _split.Split(input, times, _watermark, _next, _fired, out long inForce);
        if (!_split.Late.IsEmpty) _late.Add(TumbleWindow.RowsOf(input, _split.Late, _phase, _keys.Length + 1));
        var hashes = _split.Count > 0 ? _routed is not null ? _routed.Of(input) : KeyHashes.For(_calls, input, _keys, _hashes) : default;
        for (int p = 0; p < _split.Count; p++)
        {
            var rows = _split.Rows(p);
            var records = _records.AsSpan(0, rows.Length);
            var table = _panes[_split.Pane(p)];
            table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
            if (_phase == AggregatePhase.Single) _calls.Apply(table, input, rows, records, hashes);
            else _calls.MergePartial(table, input, _keys.Length + 2, rows, records);
        }

        if (_next == input.Count) _batch = null;
        return inForce;
    }

    private void Begin(long until) => (_fireTo, _firing, _leaving) = (until, true, null);

    private bool Fire(Output o)
    {
        while (true)
        {
            if (_leaving is null)
            {
                if (!NextEnd()) break;
                _leaving = Merge();
                _cursor = 0;
            }

            if (_leaving is not null && !Emit(_leaving, o)) return false;
            _leaving = null;
            Close();
            _fired = _end - 1;
        }

        _fired = Math.Max(_fired, _fireTo);
        _firing = false;
        return true;
    }

    private long WindowStart => _slices.Cumulates ? _split.Floor(_end - 1, _slices.Size) : _end - _slices.Size;

    // The first end after _fired at which a window has rows; false when none is due.
    private bool NextEnd()
    {
        bool growing = _slices.Cumulates && _windows.Open.Count > 0;
        if (_panes.Open.Count == 0 && !growing) return false;
        long fromPanes = _panes.Open.Count == 0 ? long.MaxValue : _panes.Open[0] + _slices.Step;
        long next = _fired == long.MinValue ? long.MinValue : _split.StartOf(_fired + 1) + _slices.Step;
        _end = growing ? Math.Min(fromPanes, Math.Max(next, _windows.Open[0] + _slices.Step)) : Math.Max(fromPanes, next);
        return _end - 1 <= _fireTo;
    }

    // The table that holds the window's rows, or null. A single pane is the window.
    private ValueTable? Merge()
    {
        long from = _slices.Cumulates ? _end - _slices.Step : WindowStart;
        int first = 0;
        while (first < _panes.Open.Count && _panes.Open[first] < from) first++;
        int last = first;
        while (last < _panes.Open.Count && _panes.Open[last] < _end) last++;
        if (!_slices.Cumulates && last - first == 1) return _panes[_panes.Open[first]];
        long window = WindowStart;
        if (first < last)
        {
            var merged = _windows[window];
            for (int i = first; i < last; i++) MergePane(merged, _panes[_panes.Open[i]]);
        }

        return _windows.TryGet(window, out var table) ? table : null;
    }

    private void MergePane(ValueTable to, ValueTable pane)
    {
        long cursor = 0;
        while (to.Absorb(pane, ref cursor, _from, _records, out int n)) _calls.Merge(to, _records.AsSpan(0, n), pane, _from.AsSpan(0, n));
    }

    // Drops what no later window needs.
    private void Close()
    {
        if (_slices.Cumulates)
        {
            _panes.Drop(_end - _slices.Step);
            if (_end == WindowStart + _slices.Size) _windows.Drop(WindowStart);
        }
        else
        {
            _windows.Drop(WindowStart);
            _panes.Drop(WindowStart);
        }
    }

    private bool Emit(ValueTable table, Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            var records = _records.AsSpan(0, n);
            table.CopyKeys(records, builder, 0);
            _calls.WriteResults(table, records, builder, _keys.Length);
            WindowColumns.Write(builder, _keys.Length + _callSpecs.Length, _properties, WindowStart, _end, n, _clock);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }
}
