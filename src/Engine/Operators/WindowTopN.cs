using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY window and keys ORDER BY order) BETWEEN first AND last over inserts: the rows at these places of each key and window leave once, when the
/// watermark passes the window's end, and the window is forgotten. A row of a window that has left is dropped and counted in <c>late_rows</c>. Of equal rows the first to come
/// is before the others. Output: the input's columns, then the number (BIGINT) if wanted.
/// </summary>
/// <param name="Keys">all columns of PARTITION BY, the window's bounds among them.</param>
/// <param name="End">the window's end: TIMESTAMP(3).</param>
/// <param name="Local">window bounds are wall-clock times of the session's zone.</param>
/// <param name="LastOfEqual">of equal rows the last to come; only where one row is wanted.</param>
/// <param name="Routing">columns by which the input is distributed; none: the keys.</param>
[Operator("window_top_n")]
public sealed record WindowTopNSpec(
    Schema Output, ImmutableArray<int> Keys, int End, ImmutableArray<SortColumn> Order, long First, long Last, bool WithNumber, bool Local = false, bool LastOfEqual = false,
    ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0])];

    public override Operator Create() => new WindowTopN(this);

    public override string Describe() =>
        $"WindowTopN(partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}], windowEnd=[${End}], order=[{string.Join(", ", Order)}], rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}{(LastOfEqual ? ", last of equal" : "")})";

    internal StateSpec RowState(Schema input) => SortedRows.Spec("rows", input, Keys, Order, false, 0);
}

public sealed class WindowTopN(WindowTopNSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly int[] _rest = new int[Batch.MaxRows];
    private readonly long[] _ends = new long[Batch.MaxRows];
    private readonly nint[] _trees = new nint[64];
    private readonly nint[] _leaving = new nint[Batch.MaxRows];
    private readonly long[] _places = new long[Batch.MaxRows];
    private SortedPanes _panes = null!;
    private SortedRows? _sorted;
    private Schema _input = Schema.Empty;
    private Counter _late = null!;
    private Zone _zone;
    private long _watermark;

    // Where leaving goes on: trees of the first pane from _cursor on, of tree _tree the entry _entry at place _place.
    private bool _isLeaving;
    private long _cursor;
    private int _treeCount;
    private int _tree;
    private nint _entry;
    private long _place;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        _input = c.Inputs[0];
        _panes = c.State.SortedPanes(spec.RowState(_input));
        _late = c.Counter("late_rows");
        _watermark = c.Watermark;
        _zone = new Zone(c.TimeZone);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        int n = Timely(input, ((FixedColumn<long>)input.Columns[spec.End]).Values);
        var hashes = _hashes.Of(input);

        // One window after the other; normally there is one.
        while (n > 0)
        {
            long end = _ends[_rows[0]];
            int own = 0, others = 0;
            for (int i = 0; i < n; i++)
            {
                int r = _rows[i];
                if (_ends[r] == end) _rows[own++] = r;
                else _rest[others++] = r;
            }

            Keep(input, _rows.AsSpan(0, own), hashes, Sorted(_panes[end]));
            _rest.AsSpan(0, others).CopyTo(_rows);
            n = others;
        }
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _watermark = watermark;
        Leave(o);
    }

    public override bool Resume(Output o)
    {
        if (_isLeaving) Leave(o);
        return _isLeaving;
    }

    // Rows of windows that have not left; notes the last millisecond of each row's window.
    private int Timely(Batch batch, ReadOnlySpan<long> ends)
    {
        var rows = batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length);
        int n = 0, mark = 0, before = -1;
        long inForce = _watermark;
        foreach (int r in rows)
        {
            if (batch.Marks is { } marks) while (mark < marks.Count && marks.Rows[mark] <= r) inForce = marks.Watermarks[mark++];
            _ends[r] = !spec.Local ? ends[r] - 1 : before >= 0 && ends[before] == ends[r] ? _ends[before] : _zone.ToUtc(ends[r] - 1);
            before = r;
            _rows[n] = r;
            n += _ends[r] <= inForce ? 0 : 1;
        }

        if (n < rows.Length) _late.Add(rows.Length - n);
        return n;
    }

    private SortedRows Sorted(SortedMapTable table)
    {
        if (_sorted is null) _sorted = new SortedRows(table, _input, spec.Keys, spec.Order, false);
        else _sorted.Use(table);
        return _sorted;
    }

    private void Keep(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, SortedRows sorted)
    {
        sorted.Begin(batch, rows, hashes);
        for (int i = 0; i < rows.Length; i++)
        {
            nint tree = sorted.Tree(i), worst = SortedMapTable.Last(tree);
            bool full = SortedMapTable.CountOf(tree) >= spec.Last;
            if (full && sorted.Compare(i, worst) is var c && (spec.LastOfEqual ? c > 0 : c >= 0)) continue;
            sorted.Add(i, rows[i]);

            // A row that takes the place of its equal stands behind it in the tree.
            if (full) sorted.Remove(i, spec.LastOfEqual ? worst : SortedMapTable.Last(tree));
        }

        sorted.Write();
        sorted.Table.Settle();
    }

    private void Leave(Output o)
    {
        _isLeaving = true;
        while (_panes.Open.Count > 0 && _panes.Open[0] <= _watermark)
        {
            if (!LeaveFirst(o)) return;
            _panes.DropFirst();
            (_cursor, _treeCount, _tree, _entry) = (0, 0, 0, 0);
        }

        _isLeaving = false;
        o.Advance(_watermark);
    }

    // False when the output is full.
    private bool LeaveFirst(Output o)
    {
        var table = _panes.Tables[0];
        var sorted = Sorted(table);
        var builder = o.Builder();
        while (true)
        {
            int n = 0, room = o.BatchSize - builder.Count;
            while (n < room && NextEntry(table))
            {
                if (_place >= spec.First)
                {
                    _leaving[n] = _entry;
                    _places[n++] = _place;
                }
            }

            if (n == 0 && room > 0) return true;
            sorted.Read(_leaving.AsSpan(0, n), builder);
            if (spec.WithNumber) _places.AsSpan(0, n).CopyTo(builder.Fixed<long>(sorted.Columns).Append(n));
            builder.Advance(n);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }
    }

    private bool NextEntry(SortedMapTable table)
    {
        if (_entry != 0) (_entry, _place) = (table.Next(_entry), _place + 1);
        while (_entry == 0)
        {
            if (_tree == _treeCount) (_tree, _treeCount) = (0, table.ScanTrees(ref _cursor, _trees));
            if (_treeCount == 0) return false;
            (_entry, _place) = (SortedMapTable.First(_trees[_tree++]), 1);
        }

        return true;
    }
}
