using System.Collections.Immutable;
using System.Runtime.Intrinsics.X86;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Whole rows by key in a sorted map, changed by the rows of batches: <see cref="Begin"/> a step, add and take rows one by one, <see cref="Write"/> what was added, and
/// <see cref="SortedMapTable.Settle"/> the table when nobody reads removed entries any more.
/// </summary>
internal sealed unsafe class SortedRows
{
    private readonly int[] _keys;
    private readonly int[] _others;
    private readonly int[] _all;
    private readonly (bool Key, int Field)[] _fields;
    private readonly bool _retracts;
    private readonly int _hashOffset;
    private readonly ulong[] _rowHashes;
    private readonly nint[] _trees = new nint[Batch.MaxRows];
    private readonly nint[] _added = new nint[Batch.MaxRows];
    private readonly int[] _addedRows = new int[Batch.MaxRows];
    private int _addedCount;
    private Batch _batch = null!;

    /// <param name="table">of <see cref="Spec"/>.</param>
    /// <param name="input">rows' schema.</param>
    /// <param name="retracts">as given to <see cref="Spec"/>.</param>
    public SortedRows(SortedMapTable table, Schema input, ImmutableArray<int> keys, ImmutableArray<SortColumn> order, bool retracts)
    {
        Table = table;
        _keys = [.. keys];
        _others = JoinSide.Others(input, keys);
        _all = [.. Enumerable.Range(0, input.Count)];
        _fields = JoinSide.FieldsOf(input, keys, _others);
        _retracts = retracts;
        Order = new SortKey(input, order);
        _hashOffset = retracts ? table.Layout.ValueOffsets[^1] : 0;
        _rowHashes = new ulong[retracts ? Batch.MaxRows : 0];
    }

    public SortedMapTable Table { get; private set; }

    /// <summary>Encodes the rows' order: position i for the i-th row of the step.</summary>
    public SortKey Order { get; }

    /// <summary>Columns of a row.</summary>
    public int Columns => _fields.Length;

    /// <summary>Rows by key, in order. Where rows are taken away, a hash of the whole row finds them.</summary>
    public static StateSpec Spec(string name, Schema input, ImmutableArray<int> keys, ImmutableArray<SortColumn> order, bool retracts, long ttlMs)
    {
        var value = input.Select(JoinSide.Others(input, keys));
        if (retracts) value = value.Concat(Schema.Of(("$hash", SqlType.BigInt.NotNull)));
        return new(name, 1, StateKind.SortedMap, input.Select(keys.AsSpan()), SortKey.SchemaOf(input, order), value, new Ttl(ttlMs));
    }

    /// <summary>Goes on with another table of the same spec (of another window).</summary>
    public void Use(SortedMapTable table) => Table = table;

    /// <summary>Begins a step with rows of a batch, at most <see cref="Batch.MaxRows"/>.</summary>
    public void Begin(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _batch = batch;
        _addedCount = 0;
        Table.Resolve(batch, _keys, rows, hashes, Access.Write, _trees);
        Order.Encode(batch, rows);
        if (_retracts) RowHash.Hash(batch, _all, _rowHashes);
    }

    /// <summary>The tree of the i-th row of the step.</summary>
    public nint Tree(int i) => _trees[i];

    /// <summary>Compares the i-th row with an entry.</summary>
    public int Compare(int i, nint entry) => Table.Compare(Order.Columns, i, entry);

    /// <summary>Adds the i-th row, which lies at <paramref name="row"/>.</summary>
    public nint Add(int i, int row)
    {
        nint entry = Table.Insert(_trees[i], Order.Columns, i);
        (_added[_addedCount], _addedRows[_addedCount]) = (entry, row);
        Table.TagOf(entry) = ++_addedCount;
        if (_retracts) *(ulong*)(entry + _hashOffset) = _rowHashes[row];
        return entry;
    }

    /// <summary>The first entry that equals the i-th row in all columns, or 0.</summary>
    public nint Find(int i, int row)
    {
        for (nint e = Table.AtLeast(_trees[i], Order.Columns, i); e != 0 && Compare(i, e) == 0; e = Table.Next(e))
            if (*(ulong*)(e + _hashOffset) == _rowHashes[row] && IsRow(row, e)) return e;
        return 0;
    }

    /// <summary>Asks for the cache lines where the greatest entries of the rows' trees begin.</summary>
    public void PrefetchLast(int rows)
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < rows; i++) Sse.Prefetch0((void*)SortedMapTable.Last(_trees[i]));
    }

    /// <summary>Takes an entry of the i-th row's tree away.</summary>
    public void Remove(int i, nint entry) => Remove(_trees[i], entry);

    public void Remove(nint tree, nint entry)
    {
        Table.TagOf(entry) = 0;
        Table.Remove(tree, entry);
    }

    /// <summary>Writes the columns of the entries that the step has added and not taken away again. Gives them, in the order of their rows.</summary>
    public ReadOnlySpan<nint> Write()
    {
        int kept = 0;
        for (int i = 0; i < _addedCount; i++)
        {
            // An entry that went again in this step has lost its tag.
            ref int tag = ref Table.TagOf(_added[i]);
            if (tag != i + 1) continue;
            tag = 0;
            (_added[kept], _addedRows[kept]) = (_added[i], _addedRows[i]);
            kept++;
        }

        Table.WriteKeys(_batch, _keys, _addedRows.AsSpan(0, kept), _added.AsSpan(0, kept));
        Table.WriteValues(_batch, _others, _addedRows.AsSpan(0, kept), _added.AsSpan(0, kept));
        _addedCount = 0;
        return _added.AsSpan(0, kept);
    }

    /// <summary>Appends rows to the first columns of a builder.</summary>
    public void Read(ReadOnlySpan<nint> entries, BatchBuilder to)
    {
        for (int c = 0; c < _fields.Length; c++) (_fields[c].Key ? Table.KeyFields : Table.ValueFields)[_fields[c].Field].Read(entries, to.Columns[c]);
    }

    private bool IsRow(int row, nint entry)
    {
        int tag = Table.TagOf(entry);
        if (tag == 0) return Table.ValuesAre(_batch, _others, row, entry);
        foreach (int c in _others) if (!CellEquality.Same(_batch.Columns[c], row, _batch.Columns[c], _addedRows[tag - 1])) return false;
        return true;
    }
}
