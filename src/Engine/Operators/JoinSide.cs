using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>One side of a join: its table of rows (key, other columns, count) and where its columns stand in the output.</summary>
internal sealed unsafe class JoinSide
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly int[] _others;
    private readonly (bool Key, int Field)[] _fields;
    private readonly int _first;
    private readonly int _count;
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly List<nint> _empty = [];

    /// <param name="table">key, other columns, count.</param>
    /// <param name="schema">of the input.</param>
    /// <param name="keys">key columns of the input.</param>
    /// <param name="first">output column of the input's first column.</param>
    public JoinSide(MapTable table, Schema schema, ImmutableArray<int> keys, int first)
    {
        Table = table;
        Keys = [.. keys];
        _others = Others(schema, keys);
        _fields = FieldsOf(schema, keys, _others);
        _first = first;
        _count = table.Layout.ValueOffsets[0];
    }

    public MapTable Table { get; }

    public int[] Keys { get; }

    /// <summary>Columns that are no keys.</summary>
    public static int[] Others(Schema schema, ImmutableArray<int> keys) => [.. Enumerable.Range(0, schema.Count).Where(c => !keys.Contains(c))];

    /// <summary>For each column, whether it is a key field of the table or one of the others, and its number there.</summary>
    public static (bool Key, int Field)[] FieldsOf(Schema schema, ImmutableArray<int> keys, int[] others) =>
        [.. Enumerable.Range(0, schema.Count).Select(c => keys.Contains(c) ? (true, keys.IndexOf(c)) : (false, Array.IndexOf(others, c)))];

    public ReadOnlySpan<ulong> Hashes(Batch batch) => KeyHashes.Of(batch, Keys, _hashes);

    public long CountOf(nint record) => *(long*)(record + _count);

    /// <summary>Positions of the rows that count and have no NULL in their key.</summary>
    public int WithKeys(Batch batch, int[] rows)
    {
        var selected = batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length);
        selected.CopyTo(rows);
        int n = selected.Length;
        foreach (int k in Keys)
        {
            var nulls = batch.Columns[k].Nulls;
            if (!nulls.Any) continue;
            int kept = 0;
            for (int i = 0; i < n; i++)
            {
                rows[kept] = rows[i];
                kept += nulls[rows[i]] ? 0 : 1;
            }

            n = kept;
        }

        return n;
    }

    /// <summary>Adds and takes away rows, in order. Taking away a row that is not there does nothing.</summary>
    public void Apply(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        Table.Resolve(batch, Keys, _others, rows, hashes, Access.Write, _records, _isNew);
        if (!batch.HasKinds)
        {
            for (int i = 0; i < rows.Length; i++) ++*(long*)(_records[i] + _count);
            return;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            ref long count = ref *(long*)(_records[i] + _count);
            if (batch.KindAt(rows[i]).IsAdd()) count++;
            else if (count > 0) count--;
        }

        // −1 marks an entry that is already on the list.
        _empty.Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            ref long count = ref *(long*)(_records[i] + _count);
            if (count != 0) continue;
            count = -1;
            _empty.Add(_records[i]);
        }

        Table.Remove(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_empty));
    }

    /// <summary>Appends this side's columns of rows of its input.</summary>
    public void Gather(Batch batch, ReadOnlySpan<int> rows, BatchBuilder to)
    {
        for (int c = 0; c < _fields.Length; c++) to.Columns[_first + c].Gather(batch.Columns[c], rows);
    }

    /// <summary>Appends this side's columns of stored rows.</summary>
    public void Read(ReadOnlySpan<nint> records, BatchBuilder to)
    {
        for (int c = 0; c < _fields.Length; c++)
        {
            var (key, field) = _fields[c];
            (key ? Table.KeyFields : Table.SubKeyFields)[field].Read(records, to.Columns[_first + c]);
        }
    }
}
