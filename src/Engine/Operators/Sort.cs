using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ORDER BY on one shard. By event time first: a row waits until the watermark reaches its time; one that is not behind the last row that left is dropped and counted in
/// <c>late_rows</c>. By anything else (<paramref name="Time"/> −1): all rows leave when the input has ended.
/// </summary>
/// <param name="Order">of event time: its first column is <paramref name="Time"/>, ascending.</param>
/// <param name="Time">the time attribute, ms.</param>
/// <param name="Retracts">whether rows may be taken away; only without a time.</param>
[Operator("sort")]
public sealed record SortSpec(Schema Output, ImmutableArray<SortColumn> Order, int Time, bool Retracts = false) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => Time < 0 ? [RowState(inputs[0])] : [RowState(inputs[0]), LeftState];

    public override Operator Create() => Time < 0 ? new SortAtEnd(this) : new SortByTime(this);

    public override string Describe() => $"Sort(order=[{string.Join(", ", Order)}]{(Time < 0 ? ", at the end" : "")}{(Retracts ? ", retracts" : "")})";

    /// <summary>Time of the last row that left.</summary>
    internal static StateSpec LeftState { get; } = new("left", 1, StateKind.Value, Schema.Empty, null, Schema.Of(("time", SqlType.BigInt.NotNull)), Ttl.None);

    internal StateSpec RowState(Schema input) => SortedRows.Spec("rows", input, [], Order, Retracts, 0);
}

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
        (_batch, _next, _mark) = (input, 0, 0);
        Go(o);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _advance = watermark;
        _due = watermark;
        Leave(o);
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
        if (_batch!.Marks is { } marks) while (_mark < marks.Count && marks.Rows[_mark] <= row) watermark = marks.Watermarks[_mark++];
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

        _due = long.MinValue;
        if (_advance != long.MinValue) o.Advance(_advance);
        _advance = long.MinValue;
    }
}

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
