using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Partial phase: reduces rows to one per key and pane before the exchange. Nothing is judged here. Rows of a pane leave before the watermark that passes it; a row that
/// comes behind a mark which has passed its pane leaves behind that mark and before the next one, so the final phase judges each row as it would have without this phase.
/// Where keys hardly repeat, rows are grouped within their batch only.
/// </summary>
public sealed class TumbleWindowPartial : Operator
{
    /// <summary>Rows over which the reduction is measured, and for which a poor one keeps rows from being held.</summary>
    private const long SampleRows = 64 * 1024;
    private const long SkipRows = 16 * SampleRows;

    private readonly TumbleWindowSpec _spec;
    private readonly PaneSplit _split;
    private readonly Accumulators _calls;
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _keys;
    private PaneTables _panes = null!;
    private int _rowsOffset;

    // The watermark last passed on, the batch in hand from row _next on, and the panes that are leaving: those that _until passes (all: long.MaxValue).
    private long _advanced;
    private Batch? _batch;
    private int _next;
    private bool _giving;
    private long _until;
    private long _then;
    private long _cursor;
    private long _rowsIn;
    private long _rowsOut;
    private long _skip;

    public TumbleWindowPartial(TumbleWindowSpec spec)
    {
        _spec = spec;

        // No row is late here: the last window that holds a pane never ends.
        _split = new PaneSplit(spec.Size, spec.Offset, spec.Size, long.MaxValue / 4, false);
        _calls = new Accumulators(spec.Calls);
        _keys = [.. spec.Keys];
    }

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        // Everything is given up before a barrier, so that nothing of these tables is ever stored.
        _panes = c.State.Panes(_spec.PaneState(c.Inputs[0]));
        _rowsOffset = _panes.Layout.ValueOffsets[0];
        _calls.Bind(_panes.Layout, 1);
        _advanced = c.Watermark;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        Begin(_skip > 0 ? long.MaxValue : watermark, watermark);
        Go(o);
    }

    public override void Flush(Output o)
    {
        Begin(long.MaxValue, long.MinValue);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_giving || _batch is not null) Go(o);
        return _giving || _batch is not null;
    }

    private void Begin(long until, long then) => (_giving, _until, _then, _cursor) = (true, until, then, 0);

    private void Go(Output o)
    {
        while (true)
        {
            if (_giving && !Give(o)) return;
            if (_batch is null) return;
            Take();
        }
    }

    // Takes rows up to one that comes behind a mark which has passed its pane; what was in time leaves first, then the mark.
    private void Take()
    {
        var input = _batch!;
        _split.Marks = input.Marks;
        _next = _split.Split(input, ((FixedColumn<long>)input.Columns[_spec.Time]).Values, _advanced, _next, _advanced, out long inForce);
        var hashes = _split.Count > 0 ? KeyHashes.For(_calls, input, _keys, _hashes) : default;
        for (int p = 0; p < _split.Count; p++)
        {
            var rows = _split.Rows(p);
            var records = _records.AsSpan(0, rows.Length);
            var table = _panes[_split.Pane(p)];
            table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
            AddOne(records, _rowsOffset);
            _calls.Apply(table, input, rows, records, hashes);
        }

        if (_next < input.Count)
        {
            Begin(inForce, inForce);
            return;
        }

        _batch = null;
        Measure(input.Count);
        if (_skip > 0 && input.Marks is not { Count: > 0 }) Begin(long.MaxValue, long.MinValue);
    }

    private bool Give(Output o)
    {
        while (_panes.Open.Count > 0 && (_until == long.MaxValue || _panes.Open[0] + _spec.Size - 1 <= _until))
        {
            long start = _panes.Open[0];
            if (!Emit(_panes[start], start, o)) return false;
            _panes.Drop(start);
            _cursor = 0;
        }

        if (_then > _advanced)
        {
            _advanced = _then;
            o.Advance(_then);
        }

        _giving = false;
        return true;
    }

    private void Measure(int rows)
    {
        _rowsIn += rows;
        if (_skip > 0)
        {
            _skip -= rows;
            if (_skip <= 0) (_rowsIn, _rowsOut) = (0, 0);
        }
        else if (_rowsIn >= SampleRows)
        {
            // What is still held counts as output to come.
            long held = 0;
            for (int i = 0; i < _panes.Open.Count; i++) held += _panes[_panes.Open[i]].Count;
            if ((_rowsOut + held) * 5 > _rowsIn * 4) _skip = SkipRows;
            (_rowsIn, _rowsOut) = (0, -held);
        }
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

    private static unsafe void AddOne(ReadOnlySpan<nint> records, int offset)
    {
        foreach (nint r in records) ++*(long*)(r + offset);
    }

    private static unsafe void Read(ReadOnlySpan<nint> records, int offset, Span<long> to)
    {
        for (int i = 0; i < records.Length; i++) to[i] = *(long*)(records[i] + offset);
    }
}
