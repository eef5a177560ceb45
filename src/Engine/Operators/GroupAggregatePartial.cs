using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Partial phase: one row per key since the last flush, before the exchange. Holds at most <see cref="MaxGroups"/> keys; a net of no rows still leaves, since sums may differ.
/// </summary>
public sealed unsafe class GroupAggregatePartial(GroupAggregateSpec spec) : Operator
{
    /// <summary>Keys beyond which rows do not reduce well, or soon will have to leave anyway.</summary>
    private const int MaxGroups = 16 * 1024;

    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly Accumulators _calls = new(spec.Calls, spec.RetractsValues);
    private readonly int[] _keys = [.. spec.Keys];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private PaneTables _held = null!;
    private int _rowsOffset;
    private bool _giving;
    private long _cursor;

    // Groups have no time of their own.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        // The one table is a pane so that it can be dropped whole. Everything leaves before a barrier: it is never stored.
        _held = c.State.Panes(spec.GroupState(c.Inputs[0]));
        _rowsOffset = _held.Layout.ValueOffsets[0];
        _calls.Bind(_held.Layout, 1);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var rows = input.Selection is { } s ? s.Rows : AllRows.AsSpan(0, input.Length);
        var records = _records.AsSpan(0, rows.Length);
        var table = _held[0];
        var hashes = KeyHashes.For(_calls, input, _keys, _hashes);
        table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
        for (int i = 0; i < rows.Length; i++) *(long*)(records[i] + _rowsOffset) += input.KindAt(rows[i]).IsAdd() ? 1 : -1;
        _calls.Apply(table, input, rows, records, hashes);
        if (table.Count >= MaxGroups) Flush(o);
    }

    public override void Flush(Output o)
    {
        if (_held.Open.Count == 0) return;
        (_giving, _cursor) = (true, 0);
        Give(o);
    }

    // Behind the end no row is taken any more.
    public override void OnEnd(int port, Output o) => Flush(o);

    public override bool Resume(Output o)
    {
        if (_giving) Give(o);
        return _giving;
    }

    private void Give(Output o)
    {
        var table = _held[0];
        var builder = o.Builder();
        while (true)
        {
            int n = table.Scan(ref _cursor, _records.AsSpan(0, o.BatchSize - builder.Count));
            if (n == 0) break;
            var records = _records.AsSpan(0, n);
            table.CopyKeys(records, builder, 0);
            var counts = builder.Fixed<long>(_keys.Length).Append(n);
            for (int i = 0; i < n; i++) counts[i] = *(long*)(records[i] + _rowsOffset);
            _calls.WritePartial(table, records, builder, _keys.Length + 1);
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }

        _held.Drop(0);
        _giving = false;
    }
}
