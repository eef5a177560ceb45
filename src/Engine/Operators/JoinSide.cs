using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>One side of a join: its table of rows (key, other columns, count) and where its columns stand in the output.</summary>
internal sealed unsafe class JoinSide
{
    private readonly SideHashes _hashes;
    private readonly int _count;
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly List<nint> _empty = [];
    private readonly (int[], nint[]) _some = (new int[Batch.MaxRows], new nint[Batch.MaxRows]);
    private readonly bool _unique;

    /// <param name="table">key, other columns, count.</param>
    /// <param name="hashes">of the keys.</param>
    public JoinSide(MapTable table, SideColumns columns, SideHashes hashes, bool unique)
    {
        Table = table;
        Columns = columns;
        _hashes = hashes;
        _unique = unique;
        _count = table.Layout.ValueOffsets[columns.Values.Length];
    }

    public MapTable Table { get; }

    public SideColumns Columns { get; }

    /// <summary>A side's rows as a multiset (key, all other columns, how many times), or by their unique key (its columns, then the others, and 1).</summary>
    public static StateSpec State(string name, Schema side, ImmutableArray<int> keys, ImmutableArray<int> unique, long ttlMs) => new(
        name, 1, StateKind.Map, side.Select(keys.AsSpan()), side.Select(UniqueRows.SubKeys(side, keys, unique)),
        side.Select(UniqueRows.Values(side, keys, unique)).Concat(Schema.Of(("count", SqlType.BigInt.NotNull))), new Ttl(ttlMs));

    /// <summary>Columns that are no keys.</summary>
    public static int[] Others(Schema schema, ImmutableArray<int> keys) => [.. Enumerable.Range(0, schema.Count).Where(c => !keys.Contains(c))];

    /// <summary>For each column, whether it is a key field of the table or one of the others, and its number there.</summary>
    public static (bool Key, int Field)[] FieldsOf(Schema schema, ImmutableArray<int> keys, int[] others) =>
        [.. Enumerable.Range(0, schema.Count).Select(c => keys.Contains(c) ? (true, keys.IndexOf(c)) : (false, Array.IndexOf(others, c)))];

    public ReadOnlySpan<ulong> Hashes(Batch batch) => _hashes.Of(batch);

    public long CountOf(nint record) => *(long*)(record + _count);

    /// <summary>Adds and takes away rows, in order. Taking away a row that is not there does nothing.</summary>
    public void Apply(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        Table.Resolve(batch, Columns.Keys, Columns.SubKeys, rows, hashes, Access.Write, _records, _isNew);
        if (!batch.HasKinds && !_unique)
        {
            for (int i = 0; i < rows.Length; i++) ++*(long*)(_records[i] + _count);
            return;
        }

        UniqueRows.Apply(Table, Columns, batch, rows, _records.AsSpan(0, rows.Length), _count, _unique, _some);

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
}
