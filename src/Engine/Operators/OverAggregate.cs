using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Aggregates OVER (PARTITION BY keys ORDER BY time ROWS or RANGE BETWEEN … PRECEDING AND CURRENT ROW) over inserts: each row leaves once, with the aggregates of the rows
/// of its key up to it. By event time a row waits for the watermark; rows of one time are in the order in which they came, and with RANGE they see each other. What comes too
/// late is dropped and counted in <c>late_rows</c>: at or behind the watermark, or with a bound at or behind the last row of its key that has left. Output: the input's
/// columns, then the results.
/// </summary>
/// <param name="Time">event time, ms; with <paramref name="Arrival"/> the processing time of each row (only for RANGE with a bound), else −1.</param>
/// <param name="Arrival">rows are ordered as they come, and leave at once.</param>
/// <param name="Rows">the bound counts rows; else it is a time in ms.</param>
/// <param name="Preceding">how far the rows before reach; −1 = all.</param>
/// <param name="TtlMs">ms of processing time after which the sums of an unused key are forgotten, without a bound; 0 = never.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all.</param>
[Operator("over_aggregate")]
public sealed record OverAggregateSpec(
    Schema Output, ImmutableArray<int> Keys, int Time, bool Arrival, bool Rows, long Preceding, ImmutableArray<AggregateCall> Calls, long TtlMs = 0,
    ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    internal bool Bounded => Preceding >= 0;

    internal ImmutableArray<SortColumn> Order => Time < 0 ? [] : [new SortColumn(Time, false, true)];

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) =>
        [RowState(inputs[0]), SumState(inputs[0]), .. Accumulators.Tables(Calls, Bounded, inputs[0].Select(Keys.AsSpan()), SumTtl)];

    public override Operator Create() => new OverAggregate(this);

    public override string Describe() =>
        $"OverAggregate(partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[{(Arrival ? "PROCTIME" : $"${Time}")}], {(Rows ? "rows" : "range")}=[{(Bounded ? Preceding + (Rows ? "" : " ms") : "unbounded")}], select=[{string.Join(", ", Calls)}])";

    /// <summary>Rows that wait, and with a bound those that rows to come may still see.</summary>
    internal StateSpec RowState(Schema input) => SortedRows.Spec("rows", input, Keys, Order, false, 0);

    /// <summary>By key: the time of the last row that left, the number of rows within the bound, the aggregates.</summary>
    internal StateSpec SumState(Schema input) => new(
        "sums", 1, StateKind.Value, input.Select(Keys.AsSpan()), null,
        new Schema([new Field("last", SqlType.BigInt.NotNull), new Field("rows", SqlType.BigInt.NotNull), .. new Accumulators(Calls, Bounded).State.Fields]), SumTtl);

    internal Ttl SumTtl => new(Bounded ? 0 : TtlMs);
}

public sealed unsafe partial class OverAggregate(OverAggregateSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly Accumulators _calls = new(spec.Calls, spec.Bounded);
    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private readonly int[] _keys = [.. spec.Keys];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly ulong[] _entryHashes = new ulong[Batch.MaxRows];
    private readonly DueHeap _due = new();
    private SortedRows _sorted = null!;
    private ValueTable _sums = null!;
    private BatchBuilder _added = null!;
    private BatchBuilder _taken = null!;
    private Counter _late = null!;
    private long _watermark;
    private int _timeOffset;
    private int _lastOffset;
    private int _countOffset;

    // With a bound the rows that leave at a mark decide which of the rows behind it are late.
    public override bool TakesMarks => spec.Arrival || !spec.Bounded;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _sorted = new SortedRows(c.State.Sorted(spec.RowState(input)), input, spec.Keys, spec.Order, false);
        _sums = c.State.Value(spec.SumState(input));
        _calls.BindTables(c.State, spec.Bounded, _sums.Spec.Key, _keys, spec.SumTtl);
        _calls.Bind(_sums.Layout, 2);
        (_lastOffset, _countOffset) = (_sums.Layout.ValueOffsets[0], _sums.Layout.ValueOffsets[1]);
        (_added, _taken) = (new BatchBuilder(input), new BatchBuilder(input, withKinds: true));
        _late = c.Counter("late_rows");
        _watermark = c.Watermark;
        if (spec.Time < 0) return;
        var layout = _sorted.Table.Layout;
        int key = spec.Keys.IndexOf(spec.Time);
        _timeOffset = key >= 0 ? layout.KeyOffsets[key] : layout.ValueOffsets[Array.IndexOf(JoinSide.Others(input, spec.Keys), spec.Time)];
        if (!spec.Arrival) FindWaiting();
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var selected = input.Selection is { } s ? s.Rows : AllRows.AsSpan(0, input.Length);
        int n = spec.Arrival ? selected.Length : Timely(input, selected);
        if (spec.Arrival) selected.CopyTo(_rows);
        if (n == 0) return;
        var hashes = _hashes.Of(input);
        if (!spec.Arrival && spec.Bounded) n = BehindLast(input, n, hashes);
        _sorted.Begin(input, _rows.AsSpan(0, n), hashes);
        for (int i = 0; i < n; i++) _sorted.Add(i, _rows[i]);
        foreach (nint entry in _sorted.Write())
        {
            if (spec.Arrival) Enter(entry);
            else _due.Add(TimeOf(entry), entry);
        }

        _sorted.Table.Settle();
        if (spec.Arrival) Run(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        if (spec.Arrival)
        {
            o.Advance(watermark);
            return;
        }

        _watermark = watermark;
        while (_due.HasDue(watermark)) Enter(FirstOfTime(_due.Take()));
        Run(o);
    }

    public override bool Resume(Output o)
    {
        if (_running) Run(o);
        return _running;
    }

    private long TimeOf(nint entry) => *(long*)(entry + _timeOffset);

    private ref long LastOf(nint record) => ref *(long*)(record + _lastOffset);

    private ref long CountOf(nint record) => ref *(long*)(record + _countOffset);

    // Of the rows of one time the first to come; those that have left are of earlier times.
    private nint FirstOfTime(nint entry)
    {
        for (nint before; (before = _sorted.Table.Previous(entry)) != 0 && TimeOf(before) == TimeOf(entry);) entry = before;
        return entry;
    }

    private int Timely(Batch batch, ReadOnlySpan<int> rows)
    {
        var times = ((FixedColumn<long>)batch.Columns[spec.Time]).Values;
        int n = 0, mark = 0;
        long inForce = spec.Bounded ? long.MinValue : _watermark;
        foreach (int r in rows)
        {
            if (!spec.Bounded && batch.Marks is { } marks) while (mark < marks.Count && marks.Rows[mark] <= r) inForce = marks.Watermarks[mark++];
            _rows[n] = r;
            n += times[r] <= inForce ? 0 : 1;
        }

        if (n < rows.Length) _late.Add(rows.Length - n);
        return n;
    }

    // Rows behind the last of their key that has left.
    private int BehindLast(Batch batch, int count, ReadOnlySpan<ulong> hashes)
    {
        var times = ((FixedColumn<long>)batch.Columns[spec.Time]).Values;
        _sums.Resolve(batch, _keys, _rows.AsSpan(0, count), hashes, Access.Read, _records, _isNew);
        int n = 0;
        for (int i = 0; i < count; i++)
        {
            _rows[n] = _rows[i];
            n += _records[i] != 0 && times[_rows[i]] <= LastOf(_records[i]) ? 0 : 1;
        }

        if (n < count) _late.Add(count - n);
        return n;
    }

    // After a restore: entries behind the last row of their key that has left.
    private void FindWaiting()
    {
        long cursor = 0;
        var entries = new nint[Batch.MaxRows];
        for (int n; (n = _sorted.Table.Scan(ref cursor, entries)) > 0;)
        {
            var batch = Read(entries.AsSpan(0, n), _added);
            _sums.Resolve(batch, _keys, AllRows.AsSpan(0, n), _entryHashes, Access.Read, _records, _isNew);
            for (int i = 0; i < n; i++) if (_records[i] == 0 || TimeOf(entries[i]) > LastOf(_records[i])) _due.Add(TimeOf(entries[i]), entries[i]);
        }
    }

    // Entries as a batch, and the hashes of their keys.
    private Batch Read(ReadOnlySpan<nint> entries, BatchBuilder to)
    {
        to.Reset();
        _sorted.Read(entries, to);
        if (to.HasKinds) to.AppendKinds(entries.Length).Fill((byte)RowKind.Delete);
        to.Advance(entries.Length);
        for (int i = 0; i < entries.Length; i++) _entryHashes[i] = SortedMapTable.HashOf(entries[i]);
        return to.Borrow();
    }
}
