using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// (key, sub-key) → values, a key's entries in the order of their sub-keys; entries of equal sub-keys in the order in which they came. A sub-key is what
/// <see cref="SortKey"/> encodes. A key's entries are a tree: <see cref="Resolve"/> finds trees for many rows, the rest works on one tree without a look-up.
/// Entries do not move. An entry that was removed can be read until <see cref="Settle"/>, which ends a step.
/// </summary>
public sealed unsafe partial class SortedMapTable : SlabTable
{
    private const int Block = 256;
    private const int TreeBytes = 8 * 1024;

    private readonly RecordIndex _keys;
    private readonly SortedTree _order;
    private readonly int _arrivalOffset;
    private readonly ExpiryList _expiry;
    private readonly List<nint> _chunks = [];
    private readonly List<nint> _removed = [];
    private readonly List<nint> _touched = [];
    private nint _freeTree;
    private int _chunkUsed = TreeBytes;
    private long _arrivals;

    internal SortedMapTable(StateSpec spec, Epochs epochs, Func<long> now)
        : base(spec, SortedTree.LinkBytes + ExpiryList.LinkBytes(spec.Ttl), epochs)
    {
        if (spec.SubKey is null) throw new ArgumentException($"state {spec.Name}: a SortedMap has a sub-key");
        _keys = new RecordIndex(epochs.Pool);
        _arrivalOffset = Layout.PairOffset;
        _order = new SortedTree(Links, _arrivalOffset, [.. Layout.SubKeyOffsets], SubKeyFields is [TextField text] ? text : null);
        _expiry = new ExpiryList(spec.Ttl, Layout.ExpiryOffset, Links + SortedTree.LinkBytes, now);
    }

    /// <summary>
    /// The trees of the rows' keys, valid until <see cref="Settle"/>. With <see cref="Access.Write"/> an absent key gets an empty one; with <see cref="Access.Read"/> 0.
    /// Entries that are past their time are gone.
    /// </summary>
    /// <param name="hashes">RowHash of the key by position in the batch.</param>
    /// <param name="trees">one per entry of <paramref name="rows"/>.</param>
    public void Resolve(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access, Span<nint> trees)
    {
        if (_expiry.Any) Expire();
        ulong* words = stackalloc ulong[Block];
        var starts = stackalloc IndexEntry*[Block];
        nint* records = stackalloc nint[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        for (int start = 0; start < rows.Length; start += Block)
        {
            int n = Math.Min(Block, rows.Length - start);
            var blockRows = rows.Slice(start, n);
            if (access == Access.Write) _keys.Reserve(n);
            for (int i = 0; i < n; i++) words[i] = RecordWord.Of(hashes[blockRows[i]]);
            for (int f = 0; f < keys.Length; f++) KeyFields[f].MarkNulls(batch.Columns[keys[f]], blockRows, words);
            for (int i = 0; i < n; i++) starts[i] = _keys.Start(words[i]);
            for (int i = 0; i < n; i++)
            {
                var e = starts[i];
                while (e->Record != 0 && e->Hash != words[i]) e = _keys.Next(e);
                if (e->Record == 0 && access == Access.Write) Create(batch, keys, blockRows.Slice(i, 1), e, words[i]);
                trees[start + i] = e->Record;
                if (Sse.IsSupported) Sse.Prefetch0((void*)e->Record);
            }

            for (int i = 0; i < n; i++)
            {
                records[i] = trees[start + i] == 0 ? 0 : KeyRecord(trees[start + i]);
                if (Sse.IsSupported) Sse.Prefetch0((void*)records[i]);
            }

            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], blockRows, new ReadOnlySpan<nint>(records, n), differ);
            for (int d = 0; d < differ.Length; d++)
            {
                for (ulong bits = differ[d]; bits != 0; bits &= bits - 1)
                {
                    int j = (d * 64) + BitOperations.TrailingZeroCount(bits);
                    trees[start + j] = ResolveExact(batch, keys, blockRows.Slice(j, 1), words[j], access);
                }
            }
        }
    }

    /// <summary>Goes over all trees, in blocks: fills <paramref name="trees"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done. Nothing may change meanwhile.</summary>
    public int ScanTrees(ref long cursor, Span<nint> trees) => _keys.Scan(ref cursor, trees);

    /// <summary>Entries of a tree.</summary>
    public static int CountOf(nint tree) => ((Tree*)tree)->Count;

    /// <summary>The least entry, or 0.</summary>
    public static nint First(nint tree) => ((Tree*)tree)->First;

    /// <summary>The greatest entry, or 0.</summary>
    public static nint Last(nint tree) => ((Tree*)tree)->Last;

    /// <summary>The entry behind one in its tree, or 0.</summary>
    public nint Next(nint entry) => _order.Next(entry);

    /// <summary>The entry before one in its tree, or 0.</summary>
    public nint Previous(nint entry) => _order.Previous(entry);

    /// <summary>A hash of the key of an entry that takes the place of the RowHash in look-ups.</summary>
    public static ulong HashOf(nint entry) => RecordWord.WithoutNulls(*(ulong*)entry);

    /// <summary>The tree that an entry is in.</summary>
    public nint TreeOf(nint entry) => (nint)_order.TreeOf(entry);

    /// <summary>A number that the table's user may leave at a tree until <see cref="Settle"/>; 0 before.</summary>
    public static ref int NoteOf(nint tree) => ref ((Tree*)tree)->Note;

    /// <summary>A number that the table's user may leave at an entry; it puts 0 back before <see cref="Settle"/>.</summary>
    public ref int TagOf(nint entry) => ref _order.TagOf(entry);

    /// <summary>Compares the sub-key at <paramref name="at"/> of encoded columns with that of an entry; arrival apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Compare(Column[] subKeys, int at, nint entry) => _order.Compare(subKeys, at, entry);

    /// <summary>The first entry of a tree whose sub-key is not less than the encoded one, or 0.</summary>
    public nint AtLeast(nint tree, Column[] subKeys, int at) => _order.AtLeast(((Tree*)tree)->Root, subKeys, at);

    /// <summary>
    /// Inserts an entry behind those of the same sub-key. Its values are zero, and its key fields are the caller's to write too (<see cref="WriteKeys"/>) before the step ends.
    /// </summary>
    public nint Insert(nint tree, Column[] subKeys, int at)
    {
        var t = (Tree*)tree;
        nint r = t->Spare;
        if (r != 0) t->Spare = 0;
        else
        {
            r = NewRecord();
            *(ulong*)r = t->Word;
        }

        *(long*)(r + _arrivalOffset) = _arrivals++;
        _order.Write(r, subKeys, at);
        if (_expiry.Any) _expiry.Written(r);
        _order.Insert(t, r);
        if (!t->Touched) Touch(t);
        return r;
    }

    /// <summary>Takes an entry out of its tree. It can still be read until <see cref="Settle"/>.</summary>
    public void Remove(nint tree, nint entry)
    {
        var t = (Tree*)tree;
        _order.Remove(t, entry);
        if (_expiry.Any) _expiry.Forget(entry);
        if (!t->Touched) Touch(t);
        _removed.Add(entry);
    }

    /// <summary>Whether two entries of a tree have one sub-key.</summary>
    public bool SameOrder(nint a, nint b) => _order.SameSubKey(a, b);

    /// <summary>Says that an entry's values are about to be written.</summary>
    public void BeforeChange(nint entry) => BeforeWrite(entry);

    /// <summary>Writes the key of inserted entries: that of <c>rows[i]</c> into <c>entries[i]</c>.</summary>
    public void WriteKeys(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<nint> entries)
    {
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], rows, entries);
    }

    /// <summary>Ends a step: entries that were removed and trees that are empty are given back, notes are 0 again.</summary>
    public void Settle()
    {
        foreach (nint tree in _touched) Close((Tree*)tree);
        _touched.Clear();
        foreach (nint entry in _removed) FreeRecord(entry);
        _removed.Clear();
    }

    private protected override void Linked(nint record)
    {
        _keys.Reserve(1);
        ulong word = *(ulong*)record;
        var e = _keys.Start(word);
        while (e->Record != 0 && !(e->Hash == word && SameKey(KeyRecord(e->Record), record))) e = _keys.Next(e);
        if (e->Record == 0) _keys.Add(e, word, (nint)NewTree(word));
        _arrivals = Math.Max(_arrivals, *(long*)(record + _arrivalOffset) + 1);
        if (_expiry.Any) _expiry.Restored(record);
        _order.Insert((Tree*)e->Record, record);
    }

    /// <summary>Makes a table that was freed an empty one.</summary>
    internal void Reopen() => _keys.Reopen();

    internal override void Free()
    {
        base.Free();
        _keys.Release();
        foreach (nint chunk in _chunks) Space.Pool.Free(chunk, TreeBytes);
        _chunks.Clear();
        (_freeTree, _chunkUsed) = (0, TreeBytes);
        _expiry.Clear();
    }
}
