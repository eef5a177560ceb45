using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY time) = 1: one row per key. The last by event time or by arrival takes the place of the one before, as an update; of equal
/// times the last to come stays. The first by arrival is final. (The first by event time waits for the watermark: <see cref="DeduplicateFirstSpec"/>.) Input holds inserts only.
/// Output: the input's columns.
/// </summary>
/// <param name="Time">TIMESTAMP or TIMESTAMP_LTZ column of at most 3 digits by which rows are ordered; −1 = by arrival.</param>
/// <param name="KeepLast">the last row of a key instead of the first; by time always.</param>
/// <param name="Before">whether the old row is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which an unused key is forgotten; 0 = never.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all.</param>
[Operator("deduplicate")]
public sealed record DeduplicateSpec(Schema Output, ImmutableArray<int> Keys, int Time, bool KeepLast, bool Before, long TtlMs = 0, ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0])];

    public override Operator Create() =>
        Time >= 0 && !KeepLast ? throw new InvalidOperationException("the first row by event time is deduplicate_first") : new Deduplicate(this);

    public override string Describe() =>
        $"Deduplicate(keep=[{(KeepLast ? "LastRow" : "FirstRow")}], key=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[{(Time < 0 ? "PROCTIME" : $"${Time}")}])";

    /// <summary>Rows by key. When the first to arrive is final, its key is all that is kept.</summary>
    internal StateSpec RowState(Schema input) => new(
        "rows", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, Final ? Schema.Empty : input.Select(JoinSide.Others(input, Keys)), new Ttl(TtlMs));

    /// <summary>Whether a row that left is never replaced.</summary>
    internal bool Final => Time < 0 && !KeepLast;
}

public sealed unsafe class Deduplicate(DeduplicateSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly int[] _keys = [.. spec.Keys];
    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly RecordSet _touched = new();
    private readonly int[] _winner = new int[Batch.MaxRows];
    private readonly long[] _winnerTime = new long[Batch.MaxRows];
    private readonly nint[] _old = new nint[Batch.MaxRows];
    private readonly int[] _wonRows = new int[Batch.MaxRows];
    private readonly nint[] _wonRecords = new nint[Batch.MaxRows];
    private ValueTable _rows = null!;
    private Changes _changes = null!;
    private int[] _others = [];
    private (bool Key, int Field)[] _fields = [];
    private int _timeOffset;
    private bool _each;
    private Batch? _batch;
    private int _next;

    // What was the time attribute is none behind a deduplication that updates.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => !spec.Final;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = c.State.Value(spec.RowState(input));
        _others = JoinSide.Others(input, spec.Keys);
        _fields = JoinSide.FieldsOf(input, spec.Keys, _others);
        if (spec.Time >= 0) _timeOffset = _fields[spec.Time].Key ? _rows.Layout.KeyOffsets[_fields[spec.Time].Field] : _rows.Layout.ValueOffsets[_fields[spec.Time].Field];
        _each = c.EmitEach;
        _changes = new Changes(spec.Output, EmitsKinds, spec.Before);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_changes.Pending) _changes.Emit(o);
        if (_batch is not null && !_changes.Pending) Go(o);
        return _batch is not null || _changes.Pending;
    }

    private void Go(Output o)
    {
        var rows = _batch!.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);
        var hashes = _hashes.Of(_batch);
        while (_next < rows.Length)
        {
            int n = _each ? 1 : rows.Length - _next;
            Step(_batch, rows.Slice(_next, n), hashes);
            _next += n;
            _changes.Begin(o);
            if (_changes.Pending) return;
        }

        _batch = null;
    }

    private void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        var records = _records.AsSpan(0, rows.Length);
        _rows.Resolve(batch, _keys, rows, hashes, Access.Write, records, _isNew);
        _touched.Collect(records);
        _changes.Clear();
        Choose(batch, rows);
        int old = 0, won = 0;
        for (int i = 0; i < _touched.Count; i++)
        {
            if (_winner[i] < 0) continue;
            bool existed = !Bitmap.Get(_isNew, _touched.Firsts[i]);
            if (existed) _changes.Update(old, won);
            else _changes.Insert(won);
            if (existed) _old[old++] = _touched.Records[i];
            _wonRows[won] = _winner[i];
            _wonRecords[won++] = _touched.Records[i];
        }

        // With nothing but keys in the table there is nothing to read: no row is ever replaced.
        if (!spec.Final)
        {
            for (int c = 0; c < _fields.Length; c++) Field(c).Read(_old.AsSpan(0, old), _changes.Before.Columns[c]);
            _changes.Before.Advance(old);
            _rows.WriteValues(batch, _others, _wonRows.AsSpan(0, won), _wonRecords.AsSpan(0, won));
        }

        _changes.After.Append(batch, _wonRows.AsSpan(0, won));
        if (spec.TtlMs == 0) _changes.DropUnchanged(0);
    }

    // The row of the batch that each record's key is to show, or −1 when the stored one stays.
    private void Choose(Batch batch, ReadOnlySpan<int> rows)
    {
        var times = spec.Time >= 0 ? ((FixedColumn<long>)batch.Columns[spec.Time]).Values : default;
        for (int i = 0; i < _touched.Count; i++)
        {
            bool existed = !Bitmap.Get(_isNew, _touched.Firsts[i]);
            _winner[i] = -1;
            if (existed && spec.Time >= 0) _winnerTime[i] = *(long*)(_touched.Records[i] + _timeOffset);
        }

        for (int i = 0; i < rows.Length; i++)
        {
            int at = _touched.Indexes[i];
            bool first = _winner[at] < 0 && Bitmap.Get(_isNew, _touched.Firsts[at]);
            long time = spec.Time >= 0 ? times[rows[i]] : 0;
            bool takes = first || (spec.KeepLast && (spec.Time < 0 || time >= _winnerTime[at]));
            if (!takes) continue;
            _winner[at] = rows[i];
            _winnerTime[at] = time;
        }
    }

    private RecordField Field(int column) => _fields[column].Key ? _rows.KeyFields[_fields[column].Field] : _rows.ValueFields[_fields[column].Field];
}
