using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>Where an aggregation stands in two-phase plans.</summary>
public enum AggregatePhase : byte
{
    /// <summary>Rows in, results out.</summary>
    Single,

    /// <summary>Rows in, partial rows out: before the exchange.</summary>
    Partial,

    /// <summary>Partial rows in, results out.</summary>
    Final,
}

/// <summary>A column that a window aggregation adds: <c>window_start</c>, <c>window_end</c>, or <c>window_time</c> (end − 1 ms).</summary>
public enum WindowProperty : byte
{
    Start,
    End,
    Time,
}

/// <summary>
/// GROUP BY window_start, window_end, keys over <c>TUMBLE</c>: one row per key and window [start, start + size), start ≡ offset modulo size, when the watermark
/// reaches end − 1 ms. Rows of a window that has fired are dropped and counted in <c>late_rows</c>.
/// Output: key columns, results of the calls, window properties. A partial row: key columns, start of the window (BIGINT, ms), rows (BIGINT), partial columns of the calls.
/// </summary>
/// <param name="Time">event time, TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits; of a final phase: the start column of the partial rows.</param>
/// <param name="Size">ms, positive.</param>
/// <param name="Offset">ms; may be negative.</param>
/// <param name="Keys">key columns; may be none. Of a final phase: 0, 1, ….</param>
/// <param name="Properties">TIMESTAMP(3) columns, or for <see cref="WindowProperty.Time"/> of the type of the time attribute.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all keys.</param>
/// <param name="Clock">of event time.</param>
/// <param name="Retracts">rows may be taken back, each in the window of its own time: a key without rows has none when the window ends. Single phase only.</param>
[Operator("tumble_window")]
public sealed record TumbleWindowSpec(
    Schema Output,
    int Time,
    long Size,
    long Offset,
    ImmutableArray<int> Keys,
    ImmutableArray<AggregateCall> Calls,
    AggregatePhase Phase,
    ImmutableArray<WindowProperty> Properties,
    ImmutableArray<int> Routing = default,
    WindowClockKind Clock = WindowClockKind.Event,
    bool Retracts = false) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) =>
        [PaneState(inputs[0]), .. Accumulators.PaneTables(Calls, inputs[0].Select(Keys.AsSpan()))];

    public override Operator Create() => Phase == AggregatePhase.Partial ? new TumbleWindowPartial(this) : new TumbleWindow(this);

    public override string Describe() =>
        $"TumbleWindow(phase=[{Phase}], time=[${Time}], size=[{Size} ms]{(Offset == 0 ? "" : $", offset=[{Offset} ms]")}, groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], "
        + $"select=[{string.Join(", ", Calls)}], window=[{string.Join(", ", Properties)}])";

    /// <summary>The two phases of a single one over <paramref name="input"/>: partial before an exchange by all key columns (0, 1, …) and final behind it.</summary>
    public (TumbleWindowSpec Partial, TumbleWindowSpec Final) Split(Schema input)
    {
        var keys = Keys.Select(k => input[k]).ToImmutableArray();
        var partials = new Accumulators(Calls).Partial.Select((t, i) => new Field($"$p{i}", t));
        var output = new Schema([.. keys, new Field("$start", SqlType.BigInt.NotNull), new Field("$rows", SqlType.BigInt.NotNull), .. partials]);
        return (
            this with { Output = output, Phase = AggregatePhase.Partial, Properties = [] },
            this with { Time = Keys.Length, Keys = [.. Enumerable.Range(0, Keys.Length)], Phase = AggregatePhase.Final });
    }

    internal StateSpec PaneState(Schema input)
    {
        var value = new Accumulators(Calls, Retracts).State;
        if (Phase == AggregatePhase.Partial || Retracts) value = new Schema([new Field("rows", SqlType.BigInt.NotNull), .. value.Fields]);
        return new StateSpec("panes", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, value, Ttl.None);
    }
}

/// <summary>Single and final phase.</summary>
public sealed class TumbleWindow(TumbleWindowSpec spec) : Operator
{
    private readonly PaneSplit _split = new(spec.Size, spec.Offset);
    private readonly Accumulators _calls = new(spec.Calls, spec.Retracts);
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _keys = [.. spec.Keys];
    private PaneTables _panes = null!;
    private WindowClock _clock = null!;
    private SideHashes? _routed;
    private Counter _late = null!;
    private long _told;

    // In the time of the windows.
    private long _watermark;
    private bool _firing;
    private long _cursor;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        _panes = c.State.Panes(spec.PaneState(c.Inputs[0]));
        _calls.BindPanes(c.State, c.Inputs[0].Select(spec.Keys.AsSpan()), _keys);
        _calls.Bind(_panes.Layout, spec.Retracts ? 1 : 0);
        if (!spec.Routing.IsEmpty && !spec.Routing.SequenceEqual(spec.Keys)) _routed = new SideHashes(spec.Keys, spec.Routing);
        _late = c.Counter("late_rows");
        _clock = new WindowClock(spec.Clock, c, spec.Size);
        (_told, _watermark) = (c.Watermark, _clock.Progress(c.Watermark));
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        // Partial rows carry the start of their pane.
        var times = spec.Phase == AggregatePhase.Single ? _clock.Times(input, spec.Time) : ((FixedColumn<long>)input.Columns[spec.Time]).Values;
        _split.Marks = _clock.MarksOf(input);
        _split.Split(input, times, _watermark);
        CountLate(input);
        if (_split.Count == 0) return;
        var hashes = _routed is not null ? _routed.Of(input) : KeyHashes.For(_calls, input, _keys, _hashes);
        _calls.BeginPanes(input, hashes);
        for (int p = 0; p < _split.Count; p++)
        {
            var rows = _split.Rows(p);
            var records = _records.AsSpan(0, rows.Length);
            var table = _panes[_split.Pane(p)];
            table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
            _calls.EnterPane(_split.Pane(p));
            if (spec.Retracts) RowCount.Add(records, _panes.Layout.ValueOffsets[0], input, rows);
            if (spec.Phase == AggregatePhase.Single) _calls.Apply(table, input, rows, records, hashes);
            else _calls.MergePartial(table, input, _keys.Length + 2, rows, records);
        }
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _told = watermark;
        (_watermark, _firing, _cursor) = (_clock.Progress(watermark), true, 0);
        Fire(o);
    }

    public override bool Resume(Output o)
    {
        if (_firing) Fire(o);
        return _firing;
    }

    // Windows leave in the order of their starts; the watermark follows the last one.
    private void Fire(Output o)
    {
        while (_panes.Open.Count > 0 && _panes.Open[0] + spec.Size - 1 <= _watermark)
        {
            long start = _panes.Open[0];
            if (!Emit(_panes[start], start, o)) return;
            _panes.Drop(start);
            _calls.DropPane(start);
            _cursor = 0;
        }

        _firing = false;
        o.Advance(_told);
    }

    private bool Emit(ValueTable table, long start, Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            if (spec.Retracts) n = RowCount.Keep(_records.AsSpan(0, n), _panes.Layout.ValueOffsets[0]);
            var records = _records.AsSpan(0, n);
            table.CopyKeys(records, builder, 0);
            _calls.WriteResults(table, records, builder, _keys.Length);
            WindowColumns.Write(builder, _keys.Length + spec.Calls.Length, spec.Properties, start, start + spec.Size, n, _clock);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }

    private void CountLate(Batch input)
    {
        if (!_split.Late.IsEmpty) _late.Add(RowsOf(input, _split.Late, spec.Phase, _keys.Length + 1));
    }

    /// <summary>How many rows of the query the given rows stand for: partial rows carry their number in a column.</summary>
    internal static long RowsOf(Batch input, ReadOnlySpan<int> rows, AggregatePhase phase, int countColumn)
    {
        if (phase == AggregatePhase.Single) return rows.Length;
        long sum = 0;
        var counts = ((FixedColumn<long>)input.Columns[countColumn]).Values;
        foreach (int r in rows) sum += counts[r];
        return sum;
    }
}

/// <summary>The hashes of a batch's keys: those that travelled with the rows, or computed.</summary>
internal static class KeyHashes
{
    /// <summary>As <see cref="Of"/>, or none when neither the table nor the calls need them.</summary>
    public static ReadOnlySpan<ulong> For(Accumulators calls, Batch batch, ReadOnlySpan<int> keys, ulong[] scratch) =>
        ValueTable.HashesItself(batch, keys) && !calls.NeedHashes ? default : Of(batch, keys, scratch);

    public static ReadOnlySpan<ulong> Of(Batch batch, ReadOnlySpan<int> keys, ulong[] scratch)
    {
        if (batch.HasHashes) return batch.Hashes;
        RowHash.Hash(batch, keys, scratch);
        return scratch.AsSpan(0, batch.Length);
    }
}

/// <summary>Writes the properties of one window for a run of rows.</summary>
internal static class WindowColumns
{
    public static void Write(BatchBuilder to, int first, ImmutableArray<WindowProperty> properties, long start, long end, int rows, WindowClock clock)
    {
        for (int i = 0; i < properties.Length; i++)
        {
            long value = properties[i] switch { WindowProperty.Start => start, WindowProperty.End => end, _ => clock.WindowTime(end - 1) };
            to.Fixed<long>(first + i).Append(rows).Fill(value);
        }
    }
}
