using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>The inner join of <see cref="EquiJoinSpec"/> over inputs that only insert: rows are appended and never looked for but by their key.</summary>
internal sealed class AppendJoin(EquiJoinSpec spec) : Operator
{
    private readonly (LogTable Table, SideColumns Columns, SideHashes Hashes)[] _sides = new (LogTable, SideColumns, SideHashes)[2];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _found = new nint[Batch.MaxRows];
    private readonly int[] _pairRows = new int[Batch.MaxRows];
    private readonly nint[] _pairRecords = new nint[Batch.MaxRows];
    private int _rowCount;
    private Batch? _batch;
    private int _port;
    private int _next;
    private nint _partner;

    // Result columns of a regular join are no time attributes, so where in a batch a mark stands matters to nobody behind it.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var states = spec.States(c.Inputs);
        _sides[0] = (c.State.Logs(states[0])[0], new SideColumns(c.Inputs[0], spec.LeftKeys, 0), new SideHashes(spec.LeftKeys, spec.LeftRouting));
        _sides[1] = (c.State.Logs(states[1])[0], new SideColumns(c.Inputs[1], spec.RightKeys, c.Inputs[0].Count), new SideHashes(spec.RightKeys, spec.RightRouting));
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var (table, columns, hashing) = _sides[port];
        _rowCount = columns.Rows(input, withKeys: true, _rows);
        if (_rowCount == 0) return;
        var rows = _rows.AsSpan(0, _rowCount);
        var hashes = hashing.Of(input);
        table.Append(input, columns.Keys, columns.Others, rows, hashes);
        _sides[1 - port].Table.First(input, columns.Keys, rows, hashes, _found);
        (_batch, _port, _next, _partner) = (input, port, 0, _found[0]);
        Emit(o);
    }

    public override bool Resume(Output o)
    {
        if (_batch is not null) Emit(o);
        return _batch is not null;
    }

    private void Emit(Output o)
    {
        var (own, other) = (_sides[_port], _sides[1 - _port]);
        var builder = o.Builder();
        while (_batch is not null)
        {
            int n = Collect(o.BatchSize - builder.Count, other.Table);
            if (n > 0)
            {
                own.Columns.Gather(_batch, _pairRows.AsSpan(0, n), builder);
                other.Columns.Read(other.Table, _pairRecords.AsSpan(0, n), builder);
                builder.Advance(n);
            }

            if (_next == _rowCount) _batch = null;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }
    }

    private int Collect(int room, LogTable table)
    {
        int n = 0;
        while (_next < _rowCount)
        {
            for (; _partner != 0; _partner = table.Next(_partner))
            {
                if (n == room) return n;
                (_pairRows[n], _pairRecords[n++]) = (_rows[_next], _partner);
            }

            if (++_next < _rowCount) _partner = _found[_next];
        }

        return n;
    }
}
