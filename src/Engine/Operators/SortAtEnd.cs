using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>Rows leave when the input has ended.</summary>
public sealed class SortAtEnd(SortSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _leaving = new nint[Batch.MaxRows];
    private readonly nint[] _record = new nint[1];
    private readonly Batch _nothing = new(Schema.Empty, []) { Length = 1 };
    private SortedRows _rows = null!;
    private bool _ended;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c) =>
        _rows = new SortedRows(c.State.Sorted(spec.RowState(c.Inputs[0])), c.Inputs[0], [], spec.Order, spec.Retracts);

    public override void OnBatch(int port, Batch input, Output o)
    {
        var rows = input.Selection is { } s ? s.Rows : AllRows.AsSpan(0, input.Length);
        _rows.Begin(input, rows, _hashes);
        for (int i = 0; i < rows.Length; i++)
        {
            if (input.KindAt(rows[i]).IsAdd()) _rows.Add(i, rows[i]);
            else if (_rows.Find(i, rows[i]) is var entry && entry != 0) _rows.Remove(i, entry);
        }

        _rows.Write();
        _rows.Table.Settle();
    }

    public override void OnEnd(int port, Output o)
    {
        _ended = true;
        Leave(o);
    }

    public override bool Resume(Output o)
    {
        if (_ended) Leave(o);
        return _ended;
    }

    private void Leave(Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            _rows.Table.Resolve(_nothing, [], AllRows.AsSpan(0, 1), _hashes, Access.Read, _record);
            nint tree = _record[0];
            if (tree == 0) break;
            int n = 0, room = o.BatchSize - builder.Count;
            for (nint e = SortedMapTable.First(tree); e != 0 && n < room; e = _rows.Table.Next(e)) _leaving[n++] = e;
            _rows.Read(_leaving.AsSpan(0, n), builder);
            builder.Advance(n);
            for (int i = 0; i < n; i++) _rows.Table.Remove(tree, _leaving[i]);
            _rows.Table.Settle();
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }

        _ended = false;
    }
}
