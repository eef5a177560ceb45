using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace OrleansStream.Engine.State;

/// <summary>An entry: a hash and the address of a record; address 0 = empty.</summary>
internal struct IndexEntry
{
    public ulong Hash;
    public nint Record;
}

/// <summary>
/// An index over records that never move: open addressing by hash, several entries of one hash allowed (the caller compares records). In memory only: rebuilt at restore.
/// </summary>
internal sealed unsafe class RecordIndex
{
    private readonly PagePool _pool;
    private IndexEntry* _entries;
    private int _bits;
    private long _count;

    public RecordIndex(PagePool pool)
    {
        _pool = pool;
        Reopen();
    }

    /// <summary>Makes an index that was released an empty one.</summary>
    public void Reopen()
    {
        (_bits, _count) = (6, 0);
        _entries = (IndexEntry*)_pool.Allocate(16L << _bits);
    }

    private nint Mask => (nint)((1L << _bits) - 1);

    /// <summary>Makes room for <paramref name="more"/> entries, so that entry addresses stay while they are added.</summary>
    public void Reserve(int more)
    {
        if ((_count + more) * 5 <= 3L << _bits) return;
        int bits = _bits;
        while ((_count + more) * 5 > 3L << bits) bits++;
        var old = _entries;
        long oldSize = 1L << _bits;
        _entries = (IndexEntry*)_pool.Allocate(16L << bits);
        _bits = bits;
        for (long i = 0; i < oldSize; i++) if (old[i].Record != 0) *Free(old[i].Hash) = old[i];
        _pool.Free((nint)old, 16 * oldSize);
    }

    /// <summary>Where the search for a hash begins; asks for its cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IndexEntry* Start(ulong hash)
    {
        // The multiplication spreads words whose middle bits are null bits, and pair hashes alike.
        var e = _entries + (nint)((hash * 0x9E3779B97F4A7C15UL) >> (64 - _bits));
        if (Sse.IsSupported) Sse.Prefetch0(e);
        return e;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IndexEntry* Next(IndexEntry* e) => ++e == _entries + (1L << _bits) ? _entries : e;

    /// <summary>Fills an empty entry that a search ended at.</summary>
    public void Add(IndexEntry* at, ulong hash, nint record)
    {
        at->Hash = hash;
        at->Record = record;
        _count++;
    }

    /// <summary>Goes over all records, in blocks, while nothing changes: from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public int Scan(ref long cursor, Span<nint> records)
    {
        int n = 0;
        for (; cursor < 1L << _bits && n < records.Length; cursor++) if (_entries[cursor].Record != 0) records[n++] = _entries[cursor].Record;
        return n;
    }

    /// <summary>The entry of exactly this record.</summary>
    public IndexEntry* Of(ulong hash, nint record)
    {
        for (var e = Start(hash); e->Record != 0; e = Next(e)) if (e->Record == record) return e;
        throw new InvalidOperationException("a record is missing in its index");
    }

    /// <summary>Empties an entry and closes the gap.</summary>
    public void Remove(IndexEntry* gap)
    {
        _count--;
        var e = gap;
        while (true)
        {
            e = Next(e);
            if (e->Record == 0) break;

            // An entry may fill the gap when its own start does not lie between the gap and it.
            nint start = (nint)(Start(e->Hash) - _entries), hole = (nint)(gap - _entries), at = (nint)(e - _entries);
            if (((at - start) & Mask) < ((at - hole) & Mask)) continue;
            *gap = *e;
            gap = e;
        }

        *gap = default;
    }

    public void Release()
    {
        _pool.Free((nint)_entries, 16L << _bits);
        _entries = null;
    }

    private IndexEntry* Free(ulong hash)
    {
        var e = Start(hash);
        while (e->Record != 0) e = Next(e);
        return e;
    }
}
