using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>One side of an outer join: its rows (key, other columns) with how many there are of each, and, where that decides what leaves, how many partners one has.</summary>
internal sealed unsafe class OuterSide
{
    private readonly int _count;
    private readonly int _matches;
    private readonly nint[] _own = new nint[Batch.MaxRows];
    private readonly nint[] _some = new nint[Batch.MaxRows];
    private readonly int[] _withKeys = new int[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly List<nint> _empty = [];
    private readonly (int[], nint[]) _added = (new int[Batch.MaxRows], new nint[Batch.MaxRows]);
    private readonly bool _unique;
    private int _rowCount;

    /// <param name="counts">whether partners are counted.</param>
    /// <param name="unique">whether a record is one row.</param>
    public OuterSide(MapTable table, SideColumns columns, SideHashes hashes, bool counts, bool unique)
    {
        (Table, Columns, Hashes) = (table, columns, hashes);
        _unique = unique;
        _count = table.Layout.ValueOffsets[columns.Values.Length];
        _matches = counts ? table.Layout.ValueOffsets[columns.Values.Length + 1] : -1;
    }

    public MapTable Table { get; }

    public SideColumns Columns { get; }

    public SideHashes Hashes { get; }

    /// <summary>Whether rows of a side know how many partners they have.</summary>
    public static bool Counts(JoinType type, int port) => type.Keeps(port) || (type == JoinType.Semi && port == 0);

    public static StateSpec State(string name, Schema side, ImmutableArray<int> keys, ImmutableArray<int> unique, bool counts, long ttlMs)
    {
        var value = side.Select(UniqueRows.Values(side, keys, unique)).Concat(Schema.Of(("count", SqlType.BigInt.NotNull)));
        if (counts) value = value.Concat(Schema.Of(("partners", SqlType.BigInt.NotNull)));
        return new StateSpec(name, 1, StateKind.Map, side.Select(keys.AsSpan()), side.Select(UniqueRows.SubKeys(side, keys, unique)), value, new Ttl(ttlMs));
    }

    public long CountOf(nint record) => *(long*)(record + _count);

    /// <summary>Adds and takes away rows, in order; those that are gone stay until <see cref="Sweep"/>. Taking away a row that is not there does nothing.</summary>
    public void Apply(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _rowCount = rows.Length;
        Table.Resolve(batch, Columns.Keys, Columns.SubKeys, rows, hashes, Access.Write, _own, _isNew);
        Count(batch, rows, _own);
    }

    /// <summary>As <see cref="Apply"/>, without the rows that have a NULL in their key.</summary>
    public void ApplySome(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        int n = WithKeys(batch, rows, Columns);
        if (n == rows.Length)
        {
            Apply(batch, rows, hashes);
            return;
        }

        _rowCount = rows.Length;
        var some = _withKeys.AsSpan(0, n);
        Table.Resolve(batch, Columns.Keys, Columns.SubKeys, some, hashes, Access.Write, _some, _isNew);
        Count(batch, some, _some);
        Spread(rows, some, _some, _own);
    }

    /// <summary>The first entry of each row's key; 0 for a NULL in it.</summary>
    /// <param name="theirs">columns of the batch's side.</param>
    public void FindSome(Batch batch, SideColumns theirs, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<nint> found)
    {
        int n = WithKeys(batch, rows, theirs);
        if (n == rows.Length)
        {
            Table.First(batch, theirs.Keys, rows, hashes, found);
            return;
        }

        var some = _withKeys.AsSpan(0, n);
        Table.First(batch, theirs.Keys, some, hashes, _some);
        Spread(rows, some, _some, found);
    }

    /// <summary>Notes how many partners the <paramref name="number"/>th row of the last <see cref="Apply"/> has.</summary>
    public void SetMatches(int number, long matches)
    {
        if (_matches >= 0 && _own[number] != 0) *(long*)(_own[number] + _matches) = matches;
    }

    /// <summary>One partner more; gives how many there are, or 0 if nobody counts.</summary>
    public long AddMatch(nint record)
    {
        if (_matches < 0) return 0;
        Table.Touch(record);
        return ++*(long*)(record + _matches);
    }

    /// <summary>One partner less; gives how many there are, or −1 if nobody counts or there was none.</summary>
    public long TakeMatch(nint record)
    {
        if (_matches < 0 || *(long*)(record + _matches) == 0) return -1;
        Table.Touch(record);
        return --*(long*)(record + _matches);
    }

    /// <summary>Removes the rows of the last <see cref="Apply"/> of which there is none any more.</summary>
    public void Sweep()
    {
        // −1 marks an entry that is already on the list.
        _empty.Clear();
        for (int i = 0; i < _rowCount; i++)
        {
            if (_own[i] == 0) continue;
            ref long count = ref *(long*)(_own[i] + _count);
            if (count != 0) continue;
            count = -1;
            _empty.Add(_own[i]);
        }

        Table.Remove(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_empty));
    }

    private void Count(Batch batch, ReadOnlySpan<int> rows, nint[] records) =>
        UniqueRows.Apply(Table, Columns, batch, rows, records.AsSpan(0, rows.Length), _count, _unique, _added);

    private int WithKeys(Batch batch, ReadOnlySpan<int> rows, SideColumns columns)
    {
        rows.CopyTo(_withKeys);
        return columns.WithKeys(batch, _withKeys, rows.Length);
    }

    // From entries of some rows to entries of all; 0 for the others.
    private static void Spread(ReadOnlySpan<int> rows, ReadOnlySpan<int> some, ReadOnlySpan<nint> from, Span<nint> to)
    {
        int at = 0;
        for (int i = 0; i < rows.Length; i++) to[i] = at < some.Length && some[at] == rows[i] ? from[at++] : 0;
    }
}
