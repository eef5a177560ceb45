using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY order) BETWEEN first AND last: the rows of each key at these places, kept up to date; of equal rows the first to come is
/// before the others. Also ORDER BY … LIMIT (no keys), and LIMIT over updates (no order: by arrival). With inserts only it keeps the first <paramref name="Last"/> rows of a
/// key, else all. With the number each place is updated, without it rows are inserted and deleted. Output: the input's columns, then the number (BIGINT) if wanted.
/// </summary>
/// <param name="First">first place wanted, from 1.</param>
/// <param name="Last">last place wanted.</param>
/// <param name="Retracts">whether rows may be taken away: all must be kept.</param>
/// <param name="Before">whether the old row of a place is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which a row is forgotten; 0 = never.</param>
[Operator("top_n")]
public sealed record TopNSpec(
    Schema Output, ImmutableArray<int> Keys, ImmutableArray<SortColumn> Order, long First, long Last, bool WithNumber, bool Retracts, bool Before, long TtlMs = 0)
    : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0])];

    public override Operator Create() => new TopN(this);

    public override string Describe() =>
        $"TopN(partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[{string.Join(", ", Order)}], rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}"
        + $"{(Retracts ? ", retracts" : "")}{(Before ? ", before" : "")}{(TtlMs > 0 ? $", ttl=[{TtlMs} ms]" : "")})";

    /// <summary>Rows by key, in order. Where rows are taken away, a hash of the whole row finds them.</summary>
    internal StateSpec RowState(Schema input)
    {
        var value = input.Select(JoinSide.Others(input, Keys));
        if (Retracts) value = value.Concat(Schema.Of(("$hash", SqlType.BigInt.NotNull)));
        return new("rows", 1, StateKind.SortedMap, input.Select(Keys.AsSpan()), SortKey.SchemaOf(input, Order), value, new Ttl(TtlMs));
    }
}

public sealed unsafe class TopN(TopNSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly int[] _keys = [.. spec.Keys];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly ulong[] _rowHashes = new ulong[spec.Retracts ? Batch.MaxRows : 0];
    private readonly nint[] _trees = new nint[Batch.MaxRows];
    private readonly nint[] _inserted = new nint[Batch.MaxRows];
    private readonly int[] _insertedRows = new int[Batch.MaxRows];
    private SortedMapTable _rows = null!;
    private SortKey _order = null!;
    private RankChanges _changes = null!;
    private int[] _others = [];
    private int[] _all = [];
    private int _hashOffset;
    private int _insertedCount;
    private bool _each;
    private Batch? _batch;
    private int _next;

    // What was the time attribute is none behind an operator that updates.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = c.State.Sorted(spec.RowState(input));
        _order = new SortKey(input, spec.Order);
        _others = JoinSide.Others(input, spec.Keys);
        _all = [.. Enumerable.Range(0, input.Count)];
        if (spec.Retracts) _hashOffset = _rows.Layout.ValueOffsets[^1];
        _changes = new RankChanges(_rows, JoinSide.FieldsOf(input, spec.Keys, _others), spec.First, spec.Last, spec.WithNumber, spec.Before);
        _each = c.EmitEach;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_changes.Pending) Emit(o);
        if (_batch is not null && !_changes.Pending) Go(o);
        return _batch is not null || _changes.Pending;
    }

    // One step is the whole batch, or one row when each change is to be seen.
    private void Go(Output o)
    {
        var rows = _batch!.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);
        var hashes = KeyHashes.Of(_batch, _keys, _hashes);
        if (spec.Retracts && _next == 0) RowHash.Hash(_batch, _all, _rowHashes);
        while (_next < rows.Length)
        {
            int n = _each ? 1 : rows.Length - _next;
            Step(_batch, rows.Slice(_next, n), hashes);
            _next += n;
            Emit(o);
            if (_changes.Pending) return;
        }

        _batch = null;
    }

    private void Emit(Output o)
    {
        _changes.Emit(o);
        if (!_changes.Pending) _rows.Settle();
    }

    private void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _rows.Resolve(batch, _keys, rows, hashes, Access.Write, _trees);
        _order.Encode(batch, rows);
        _changes.Begin();
        _insertedCount = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (!spec.Retracts) AddBest(_trees[i], i, rows[i]);
            else if (batch.KindAt(rows[i]).IsAdd()) *(ulong*)(Add(_trees[i], i, rows[i]) + _hashOffset) = _rowHashes[rows[i]];
            else Take(batch, _trees[i], i, rows[i]);
        }

        // An entry that went again in this step has lost its tag.
        int kept = 0;
        for (int i = 0; i < _insertedCount; i++)
        {
            ref int tag = ref _rows.TagOf(_inserted[i]);
            if (tag != i + 1) continue;
            tag = 0;
            (_inserted[kept], _insertedRows[kept]) = (_inserted[i], _insertedRows[i]);
            kept++;
        }

        _rows.WriteKeys(batch, _keys, _insertedRows.AsSpan(0, kept), _inserted.AsSpan(0, kept));
        _rows.WriteValues(batch, _others, _insertedRows.AsSpan(0, kept), _inserted.AsSpan(0, kept));
    }

    private nint Add(nint tree, int at, int row)
    {
        _changes.Touch(tree);
        nint entry = _rows.Insert(tree, _order.Columns, at);
        (_inserted[_insertedCount], _insertedRows[_insertedCount]) = (entry, row);
        _rows.TagOf(entry) = ++_insertedCount;
        return entry;
    }

    // What is behind the last place cannot come back to it.
    private void AddBest(nint tree, int at, int row)
    {
        bool full = SortedMapTable.CountOf(tree) >= spec.Last;
        if (full && _rows.Compare(_order.Columns, at, SortedMapTable.Last(tree)) >= 0) return;
        Add(tree, at, row);
        if (full) Remove(tree, SortedMapTable.Last(tree));
    }

    private void Remove(nint tree, nint entry)
    {
        _rows.TagOf(entry) = 0;
        _rows.Remove(tree, entry);
    }

    // The first entry that equals the row; without one there is nothing to take away.
    private void Take(Batch batch, nint tree, int at, int row)
    {
        for (nint e = _rows.AtLeast(tree, _order.Columns, at); e != 0 && _rows.Compare(_order.Columns, at, e) == 0; e = _rows.Next(e))
        {
            if (*(ulong*)(e + _hashOffset) != _rowHashes[row] || !IsRow(batch, row, e)) continue;
            _changes.Touch(tree);
            Remove(tree, e);
            return;
        }
    }

    private bool IsRow(Batch batch, int row, nint entry)
    {
        int tag = _rows.TagOf(entry);
        if (tag == 0) return _rows.ValuesAre(batch, _others, row, entry);
        foreach (int c in _others)
        {
            var column = batch.Columns[c];
            int other = _insertedRows[tag - 1];
            if (column.IsNull(row) != column.IsNull(other) || (!column.IsNull(row) && !Changes.Same(column, row, column, other))) return false;
        }

        return true;
    }
}
