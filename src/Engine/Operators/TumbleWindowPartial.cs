using System.Runtime.CompilerServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Partial phase: reduces rows to one per key and window before the exchange. Nothing is judged here: rows that the marks before them made late leave behind those marks,
/// rows that were in time leave before the watermark that would make them late, so the final phase sees of each row what it would have seen without this phase.
/// Where keys hardly repeat, rows are grouped within their batch only.
/// </summary>
public sealed class TumbleWindowPartial(TumbleWindowSpec spec) : Operator
{
    /// <summary>Rows over which the reduction is measured, and for which a poor one switches the tables off.</summary>
    private const long SampleRows = 64 * 1024;
    private const long SkipRows = 16 * SampleRows;

    private readonly PaneSplit _split = new(spec.Size, spec.Offset);
    private readonly Accumulators _calls = new(spec.Calls);
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _keys = [.. spec.Keys];
    private PaneTables _panes = null!;
    private PaneTables _behind = null!;
    private int _rowsOffset;
    private long _watermark;
    private long _rowsIn;
    private long _rowsOut;
    private long _skip;
    private PaneTables? _giving;
    private long _givingUntil;
    private long _advance = long.MinValue;
    private bool _thenBehind;
    private long _cursor;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        // Everything is given up before a barrier, so that nothing of these tables is ever stored.
        var state = spec.PaneState(c.Inputs[0]);
        _panes = c.State.Panes(state);
        _behind = c.State.Panes(state with { Name = "behind" });
        _rowsOffset = _panes.Layout.ValueOffsets[0];
        _calls.Bind(_panes.Layout, 1);
        _watermark = c.Watermark;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var times = ((FixedColumn<long>)input.Columns[spec.Time]).Values;
        _split.Split(input, times, _watermark);
        var hashes = KeyHashes.Of(input, _keys, _hashes);
        for (int p = 0; p < _split.Count; p++) Add(_panes[_split.Pane(p)], input, _split.Rows(p), hashes);
        AddLate(input, times, hashes);
        _rowsIn += input.Count;
        bool marked = input.Marks is { Count: > 0 };
        if (!marked && _behind.Open.Count > 0) Give(_behind, long.MaxValue, o);
        else if (_skip > 0 && !marked) Give(_panes, long.MaxValue, o);
        Measure(input.Count);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _watermark = watermark;
        _advance = watermark;
        _thenBehind = true;
        Give(_panes, _skip > 0 ? long.MaxValue : watermark, o);
    }

    public override void Flush(Output o)
    {
        _thenBehind = true;
        Give(_panes, long.MaxValue, o);
    }

    public override bool Resume(Output o)
    {
        if (_giving is not null) Give(o);
        return _giving is not null;
    }

    private void Add(ValueTable table, Batch input, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        var records = _records.AsSpan(0, rows.Length);
        table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
        AddOne(records, _rowsOffset);
        _calls.Apply(table, input, rows, records, hashes);
    }

    private static unsafe void AddOne(ReadOnlySpan<nint> records, int offset)
    {
        foreach (nint r in records) ++*(long*)(r + offset);
    }

    private void AddLate(Batch input, ReadOnlySpan<long> times, ReadOnlySpan<ulong> hashes)
    {
        var late = _split.Late;
        for (int i = 0; i < late.Length;)
        {
            long pane = _split.StartOf(times[late[i]]);
            int j = i + 1;
            while (j < late.Length && _split.StartOf(times[late[j]]) == pane) j++;
            Add(_behind[pane], input, late[i..j], hashes);
            i = j;
        }
    }

    private void Measure(int rows)
    {
        if (_skip > 0)
        {
            _skip -= rows;
            if (_skip <= 0) (_rowsIn, _rowsOut) = (0, 0);
        }
        else if (_rowsIn >= SampleRows)
        {
            // What is still held counts as output to come.
            long held = 0;
            foreach (long pane in _panes.Open) held += _panes[pane].Count;
            if ((_rowsOut + held) * 5 > _rowsIn * 4) _skip = SkipRows;
            (_rowsIn, _rowsOut) = (0, -held);
        }
    }

    private void Give(PaneTables tables, long until, Output o)
    {
        (_giving, _givingUntil, _cursor) = (tables, until, 0);
        Give(o);
    }

    // First what was in time, then the watermark, then what was behind it.
    private void Give(Output o)
    {
        while (true)
        {
            while (_giving!.Open.Count > 0 && (_givingUntil == long.MaxValue || _giving.Open[0] + spec.Size - 1 <= _givingUntil))
            {
                long start = _giving.Open[0];
                if (!Emit(_giving[start], start, o)) return;
                _giving.Drop(start);
                _cursor = 0;
            }

            if (_advance != long.MinValue) o.Advance(_advance);
            _advance = long.MinValue;
            if (!_thenBehind) break;
            _thenBehind = false;
            (_giving, _givingUntil) = (_behind, long.MaxValue);
        }

        _giving = null;
    }

    private bool Emit(ValueTable table, long start, Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) return true;
            _rowsOut += n;
            var records = _records.AsSpan(0, n);
            table.CopyKeys(records, builder, 0);
            builder.Fixed<long>(_keys.Length).Append(n).Fill(start);
            Read(records, _rowsOffset, builder.Fixed<long>(_keys.Length + 1).Append(n));
            _calls.WritePartial(table, records, builder, _keys.Length + 2);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }

    private static unsafe void Read(ReadOnlySpan<nint> records, int offset, Span<long> to)
    {
        for (int i = 0; i < records.Length; i++) to[i] = *(long*)(records[i] + offset);
    }
}
