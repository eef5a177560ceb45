using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY event time) = 1: the earliest row of each key, of equal times the first to come. It leaves once, when the watermark reaches
/// its time and no earlier one can come; a row behind the watermark is dropped and counted in <c>late_rows</c>. Input and output hold inserts only. Output: the input's columns.
/// </summary>
/// <param name="Time">the time attribute, ms.</param>
/// <param name="TtlMs">ms of processing time after which a key whose row has left is forgotten; 0 = never.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all.</param>
[Operator("deduplicate_first")]
public sealed record DeduplicateFirstSpec(Schema Output, ImmutableArray<int> Keys, int Time, long TtlMs = 0, ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [WaitingState(inputs[0]), LeftState(inputs[0])];

    public override Operator Create() => new DeduplicateFirst(this);

    public override string Describe() => $"DeduplicateFirst(key=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[${Time}]{(TtlMs > 0 ? $", ttl=[{TtlMs} ms]" : "")})";

    internal ImmutableArray<SortColumn> Order => [new SortColumn(Time, false, true)];

    /// <summary>The earliest row so far, of keys of which none has left.</summary>
    internal StateSpec WaitingState(Schema input) => SortedRows.Spec("waiting", input, Keys, Order, false, 0);

    /// <summary>Keys whose row has left.</summary>
    internal StateSpec LeftState(Schema input) => new("left", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, Schema.Empty, new Ttl(TtlMs));
}

public sealed unsafe class DeduplicateFirst(DeduplicateFirstSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly int[] _keys = [.. spec.Keys];
    private readonly SideHashes _arriving = new(spec.Keys, spec.Routing);
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly DueHeap _due = new();
    private SortedRows _waiting = null!;
    private ValueTable _left = null!;
    private BatchBuilder _out = null!;
    private Counter _late = null!;
    private long _watermark;
    private long _leaving = long.MinValue;
    private int _timeOffset;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _waiting = new SortedRows(c.State.Sorted(spec.WaitingState(input)), input, spec.Keys, spec.Order, false);
        _left = c.State.Value(spec.LeftState(input));
        _out = new BatchBuilder(input);
        _late = c.Counter("late_rows");
        _watermark = c.Watermark;
        var layout = _waiting.Table.Layout;
        int key = spec.Keys.IndexOf(spec.Time);
        _timeOffset = key >= 0 ? layout.KeyOffsets[key] : layout.ValueOffsets[Array.IndexOf(JoinSide.Others(input, spec.Keys), spec.Time)];
        long cursor = 0;
        for (int n; (n = _waiting.Table.Scan(ref cursor, _records)) > 0;) foreach (nint r in _records.AsSpan(0, n)) _due.Add(TimeOf(r), r);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        int n = Timely(input, ((FixedColumn<long>)input.Columns[spec.Time]).Values);
        if (n == 0) return;
        var hashes = _arriving.Of(input);
        _left.Resolve(input, _keys, _rows.AsSpan(0, n), hashes, Access.Read, _records, _isNew);
        int kept = 0;
        for (int i = 0; i < n; i++)
        {
            _rows[kept] = _rows[i];
            kept += _records[i] == 0 ? 1 : 0;
        }

        if (kept > 0) Keep(input, _rows.AsSpan(0, kept), hashes);
    }

    public override void OnWatermark(long watermark, Output o)
    {
        (_watermark, _leaving) = (watermark, watermark);
        Leave(o);
    }

    public override bool Resume(Output o)
    {
        if (_leaving != long.MinValue) Leave(o);
        return _leaving != long.MinValue;
    }

    private long TimeOf(nint entry) => *(long*)(entry + _timeOffset);

    // Rows that the watermark in force has not passed, in order.
    private int Timely(Batch batch, ReadOnlySpan<long> times)
    {
        var rows = batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length);
        int n = 0, mark = 0;
        long inForce = _watermark;
        foreach (int r in rows)
        {
            if (batch.Marks is { } marks) while (mark < marks.Count && marks.Rows[mark] <= r) inForce = marks.Watermarks[mark++];
            _rows[n] = r;
            n += times[r] < inForce ? 0 : 1;
        }

        if (n < rows.Length) _late.Add(rows.Length - n);
        return n;
    }

    private void Keep(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _waiting.Begin(batch, rows, hashes);
        for (int i = 0; i < rows.Length; i++)
        {
            nint earliest = SortedMapTable.First(_waiting.Tree(i));
            if (earliest != 0 && _waiting.Compare(i, earliest) >= 0) continue;
            _waiting.Add(i, rows[i]);
            if (earliest != 0) _waiting.Remove(i, earliest);
        }

        foreach (nint entry in _waiting.Write()) _due.Add(TimeOf(entry), entry);
        _waiting.Table.Settle();
    }

    private void Leave(Output o)
    {
        var table = _waiting.Table;
        while (_due.HasDue(_leaving))
        {
            // The list still knows an entry that made room for an earlier one; where it lay may lie another, which leaves when its own time has come, once.
            int n = 0;
            while (n < o.BatchSize && _due.HasDue(_leaving))
            {
                nint entry = _due.Take();
                if (!table.Holds(entry) || TimeOf(entry) > _leaving || table.TagOf(entry) != 0) continue;
                table.TagOf(entry) = 1;
                _records[n++] = entry;
                _hashes[n - 1] = SortedMapTable.HashOf(entry);
                table.Remove(table.TreeOf(entry), entry);
            }

            if (n == 0) break;
            _out.Reset();
            _waiting.Read(_records.AsSpan(0, n), _out);
            _out.Advance(n);
            table.Settle();
            var batch = _out.Borrow();
            _left.Resolve(batch, _keys, AllRows.AsSpan(0, n), _hashes, Access.Write, _records, _isNew);
            o.Append(batch);
            if (o.Full) return;
        }

        o.Advance(_leaving);
        _leaving = long.MinValue;
    }
}
