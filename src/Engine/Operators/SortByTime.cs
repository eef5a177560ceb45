using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>Rows leave as the watermark reaches their times.</summary>
public sealed unsafe class SortByTime(SortSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly int[] _timely = new int[Batch.MaxRows];
    private readonly nint[] _leaving = new nint[Batch.MaxRows];
    private readonly nint[] _record = new nint[1];
    private readonly ulong[] _isNew = new ulong[1];
    private readonly Batch _nothing = new(Schema.Empty, []) { Length = 1 };
    private SortedRows _rows = null!;
    private ValueTable _left = null!;
    private Counter _late = null!;
    private int _time;
    private Batch? _batch;
    private int _next;
    private int _mark;

    // Marks up to this one have let go what was there; rows behind it wait for the next.
    private long _passed = long.MinValue;

    // What waits to leave, up to this time.
    private long _due = long.MinValue;
    private long _advance = long.MinValue;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = new SortedRows(c.State.Sorted(spec.RowState(input)), input, [], spec.Order, false);
        _left = c.State.Value(SortSpec.LeftState);
        _late = c.Counter("late_rows");
        _time = _rows.Table.Layout.ValueOffsets[spec.Time];
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next, _mark, _passed) = (input, 0, 0, long.MinValue);
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _advance = watermark;
        if (watermark > _passed)
        {
            _due = watermark;
            Leave(o);
        }
        else End(o);
    }

    public override bool Resume(Output o)
    {
        if (_due != long.MinValue) Leave(o);
        if (_due == long.MinValue && _batch is not null) Go(o);
        return _due != long.MinValue || _batch is not null;
    }

    // Rows up to a mark that lets rows leave, which decides what behind it is late.
    private void Go(Output o)
    {
        var rows = _batch!.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);
        var times = ((FixedColumn<long>)_batch.Columns[spec.Time]).Values;
        ref long left = ref LastLeft();
        while (_next < rows.Length)
        {
            int n = 0, late = 0;
            long first = FirstTime(), reached = long.MinValue;
            for (; _next < rows.Length; _next++)
            {
                long mark = NextMark(rows[_next]);
                if (mark >= first)
                {
                    reached = mark;
                    break;
                }

                long time = times[rows[_next]];
                if (time <= left) late++;
                else _timely[n++] = rows[_next];
                if (time > left && time < first) first = time;
            }

            if (late > 0) _late.Add(late);
            if (n > 0) Keep(_batch, _timely.AsSpan(0, n));
            if (reached == long.MinValue) break;
            _due = reached;
            Leave(o);
            if (_due != long.MinValue) return;
            left = ref LastLeft();
        }

        _batch = null;
    }

    // The watermark of the marks before a row that have not been looked at: it is rising watermarks that let rows go.
    private long NextMark(int row)
    {
        long watermark = long.MinValue;
        if (_batch!.Marks is { } marks) while (_mark < marks.Count && marks.Rows[_mark] <= row) _passed = watermark = marks.Watermarks[_mark++];
        return watermark;
    }

    private void Keep(Batch batch, ReadOnlySpan<int> rows)
    {
        _rows.Begin(batch, rows, _hashes);
        for (int i = 0; i < rows.Length; i++) _rows.Add(i, rows[i]);
        _rows.Write();
        _rows.Table.Settle();
    }

    private nint Tree()
    {
        _rows.Table.Resolve(_nothing, [], AllRows.AsSpan(0, 1), _hashes, Access.Read, _record);
        return _record[0];
    }

    private long FirstTime() => Tree() is var tree && tree != 0 ? *(long*)(SortedMapTable.First(tree) + _time) : long.MaxValue;

    private ref long LastLeft()
    {
        _left.Resolve(_nothing, [], AllRows.AsSpan(0, 1), _hashes, Access.Write, _record, _isNew);
        ref long left = ref *(long*)(_record[0] + _left.Layout.ValueOffsets[0]);
        if (_isNew[0] != 0) left = long.MinValue;
        return ref left;
    }

    private void Leave(Output o)
    {
        var builder = o.Builder();
        nint tree = Tree();
        while (tree != 0)
        {
            int n = 0, room = o.BatchSize - builder.Count;
            for (nint e = SortedMapTable.First(tree); e != 0 && n < room && *(long*)(e + _time) <= _due; e = _rows.Table.Next(e)) _leaving[n++] = e;
            if (n == 0) break;
            LastLeft() = *(long*)(_leaving[n - 1] + _time);
            _rows.Read(_leaving.AsSpan(0, n), builder);
            builder.Advance(n);
            for (int i = 0; i < n; i++) _rows.Table.Remove(tree, _leaving[i]);
            _rows.Table.Settle();
            if (builder.Count == o.BatchSize)
            {
                builder = o.Emit();
                if (o.Full) return;
            }

            tree = Tree();
        }

        End(o);
    }

    private void End(Output o)
    {
        _due = long.MinValue;
        if (_advance != long.MinValue) o.Advance(_advance);
        _advance = long.MinValue;
    }
}
