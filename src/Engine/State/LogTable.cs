using System.Numerics;
using System.Runtime.Intrinsics.X86;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Rows by key, appended and never taken out one by one: the table is dropped whole. Rows lie page after page in the order in which they came, so appending
/// costs no lookup; an index by key is built when
/// somebody first asks for a key, and goes on from there. Records do not move.
/// </summary>
public sealed unsafe class LogTable : StoredTable
{
    private const int Block = 256;

    /// <summary>Bit 0 of a link: the row is marked (see <see cref="Mark"/>).</summary>
    private const nint Marked = 1;

    // A list in native memory: state that grows makes no garbage.
    private nint* _pages;
    private int _pageCount;
    private int _pageRoom;
    private readonly int _slots;
    private readonly int _link;

    // Where the key lies, if it is one 8-byte number that is never NULL: the most frequent one is compared in place.
    private readonly int _int64Key = -1;
    private ChainIndex? _index;
    private int _used;
    private int _indexedPage;
    private int _indexedSlot;

    internal LogTable(StateSpec spec, Epochs epochs) : base(spec, RecordLayout.Of(spec).Size + 8, SlabTable.PageBytesFor(RecordLayout.Of(spec).Size + 8, spec), epochs)
    {
        if (spec.Ttl.Milliseconds > 0) throw new NotSupportedException($"state {spec.Name}: a Log table has no TTL");
        _slots = SlotsOf(Space.PageBytes);
        _used = _slots;
        _link = Layout.Size;
        if (KeyFields is [FixedField<long> { Null.Nullable: false }]) _int64Key = KeyFields[0].Offset;
    }

    /// <summary>
    /// Appends rows: <paramref name="keys"/> and <paramref name="values"/> are columns of the batch in the order of the spec's fields; value fields behind those are 0.
    /// </summary>
    /// <param name="hashes">RowHash of the key by position in the batch.</param>
    /// <param name="records">receives the addresses, or is empty.</param>
    public void Append(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> values, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<nint> records = default)
    {
        nint* block = stackalloc nint[Block];
        for (int done = 0; done < rows.Length;)
        {
            if (_used == _slots) AddPage();
            int n = Math.Min(Math.Min(Block, rows.Length - done), _slots - _used);
            var part = rows.Slice(done, n);
            nint r = Room(n);
            for (int i = 0; i < n; i++, r += SlotBytes)
            {
                *(ulong*)r = RecordWord.Of(hashes[part[i]]);
                block[i] = r;
            }

            var some = new ReadOnlySpan<nint>(block, n);
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], part, some);
            for (int f = 0; f < values.Length; f++) ValueFields[f].Write(batch.Columns[values[f]], part, some);
            if (!records.IsEmpty) some.CopyTo(records[done..]);
            done += n;
        }
    }

    /// <summary>The row of each row's key that came last (0 = none); the earlier ones follow by <see cref="Next"/>.</summary>
    public void First(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<nint> records)
    {
        var index = Index();
        ulong* words = stackalloc ulong[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        for (int start = 0; start < rows.Length; start += Block)
        {
            var part = rows.Slice(start, Math.Min(Block, rows.Length - start));
            var block = records.Slice(start, part.Length);
            for (int i = 0; i < part.Length; i++) words[i] = RecordWord.Of(hashes[part[i]]);
            for (int f = 0; f < keys.Length; f++) KeyFields[f].MarkNulls(batch.Columns[keys[f]], part, words);
            Find(index, words, block);
            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], part, block, differ);
            Follow(block);
            for (int w = 0; w < differ.Length; w++)
            {
                for (ulong bits = differ[w]; bits != 0; bits &= bits - 1)
                {
                    int i = (w * 64) + BitOperations.TrailingZeroCount(bits);
                    block[i] = Exact(index, batch, keys, part.Slice(i, 1), words[i]);
                }
            }
        }
    }

    /// <summary>As <see cref="First(Batch, ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{ulong}, Span{nint})"/>, for the keys of records of another table; a NULL in a key finds nothing.</summary>
    public void First(StoredTable other, ReadOnlySpan<nint> theirs, Span<nint> records)
    {
        var index = Index();
        ulong* words = stackalloc ulong[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        for (int start = 0; start < theirs.Length; start += Block)
        {
            var part = theirs.Slice(start, Math.Min(Block, theirs.Length - start));
            var block = records.Slice(start, part.Length);
            for (int i = 0; i < part.Length; i++) words[i] = *(ulong*)part[i];
            Find(index, words, block);
            foreach (var f in other.KeyFields)
            {
                if (!f.Null.Nullable) continue;
                for (int i = 0; i < part.Length; i++) if (f.IsNull(part[i])) block[i] = 0;
            }

            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].CompareRecords(block, other.KeyFields[f], part, differ);
            Follow(block);
            for (int w = 0; w < differ.Length; w++)
            {
                for (ulong bits = differ[w]; bits != 0; bits &= bits - 1)
                {
                    int i = (w * 64) + BitOperations.TrailingZeroCount(bits);
                    block[i] = Exact(index, other, part[i], words[i]);
                }
            }
        }
    }

    /// <summary>The row of the same key that came before <paramref name="record"/>, or 0.</summary>
    public nint Next(nint record)
    {
        ulong word = *(ulong*)record;
        nint r = Link(record);
        while (r != 0 && (*(ulong*)r != word || !SameKey(r, record))) r = Link(r);
        return r;
    }

    /// <summary>Says that a row's value is about to be written.</summary>
    public void Touch(nint record)
    {
        var page = Space.PageOf(record);
        if (page->Epoch != Epochs.Current) Epochs.BeforeWrite(page, Space.PageBytes);
    }

    /// <summary>Marks a row; the mark is in memory only and no part holds it.</summary>
    public void Mark(nint record) => *(nint*)(record + _link) |= Marked;

    public bool IsMarked(nint record) => (*(nint*)(record + _link) & Marked) != 0;

    /// <summary>Goes over all rows in the order in which they came: fills <paramref name="records"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public int Scan(ref long cursor, Span<nint> records)
    {
        int page = (int)(cursor >> 32), slot = (int)cursor, n = 0;
        while (page < _pageCount && n < records.Length)
        {
            int end = page == _pageCount - 1 ? _used : _slots;
            if (slot == end)
            {
                // More may come into the last page: the cursor stays there.
                if (page == _pageCount - 1) break;
                (page, slot) = (page + 1, 0);
                continue;
            }

            nint r = Slot(page, slot);
            for (int take = Math.Min(end - slot, records.Length - n); take > 0; take--, slot++, r += SlotBytes) records[n++] = r;
        }

        cursor = ((long)page << 32) | (uint)slot;
        return n;
    }

    internal override void CutPages()
    {
        for (int i = 0; i < _pageCount; i++) Epochs.Add(this, (PageHeader*)_pages[i], Space.PageBytes);
    }

    internal override void Load(byte* record, byte* heap)
    {
        if (_used == _slots) AddPage();
        nint r = Room(1);
        new ReadOnlySpan<byte>(record, Layout.Size).CopyTo(new Span<byte>((void*)r, Layout.Size));
        foreach (var text in TextFields) text.Moved(r, heap);
    }

    internal override void Free()
    {
        for (int i = 0; i < _pageCount; i++) Epochs.Retire((PageHeader*)_pages[i], Space.PageBytes);
        Epochs.Pool.Free((nint)_pages, 8L * _pageRoom);
        _pages = null;
        (_pageCount, _pageRoom) = (0, 0);
        _index?.Release();
        _index = null;
        (_used, _indexedPage, _indexedSlot, Count) = (_slots, 0, 0, 0);
    }

    private nint Slot(int page, int slot) => _pages[page] + PageHeader.Bytes + ((nint)slot * SlotBytes);

    private void AddPage()
    {
        var page = (PageHeader*)Space.Pool.Take(Space.PageBytes);
        page->Epoch = Epochs.Current;
        page->Id = NextPageId++;
        if (_pageCount == _pageRoom)
        {
            int room = Math.Max(16, 2 * _pageRoom);
            _pages = (nint*)Epochs.Pool.Reallocate((nint)_pages, 8L * _pageRoom, 8L * room);
            _pageRoom = room;
        }

        _pages[_pageCount++] = (nint)page;
        _used = 0;
    }

    // The next n slots of the last page, which has them.
    private nint Room(int n)
    {
        var page = (PageHeader*)_pages[_pageCount - 1];
        if (page->Epoch != Epochs.Current) Epochs.BeforeWrite(page, Space.PageBytes);
        nint r = Slot(_pageCount - 1, _used);
        _used += n;
        page->Count += n;
        Count += n;
        return r;
    }

    private nint Link(nint record) => *(nint*)(record + _link) & ~Marked;

    // Catches up with the rows that came since; what outgrows the index is entered anew.
    private ChainIndex Index()
    {
        var index = _index ??= new ChainIndex(Epochs.Pool);
        long cursor = ((long)_indexedPage << 32) | (uint)_indexedSlot;
        if (Count > index.Capacity || index.Capacity == 0)
        {
            index.Reset(index.Capacity == 0 ? Count : 2 * Count);
            cursor = 0;
        }

        nint* block = stackalloc nint[Block];
        ulong* words = stackalloc ulong[Block];
        var buckets = stackalloc nint*[Block];
        for (int n = Scan(ref cursor, new Span<nint>(block, Block)); n > 0; n = Scan(ref cursor, new Span<nint>(block, Block)))
        {
            for (int i = 0; i < n; i++)
            {
                words[i] = *(ulong*)block[i];
                buckets[i] = index.Bucket(words[i]);
            }

            for (int i = 0; i < n; i++) *(nint*)(block[i] + _link) = ChainIndex.Push(buckets[i], words[i], block[i]);
        }

        (_indexedPage, _indexedSlot) = ((int)(cursor >> 32), (int)cursor);
        return index;
    }

    // The first record of each word, step by step for all: each step waits for memory once, not once a row.
    private void Find(ChainIndex index, ulong* words, Span<nint> records)
    {
        var buckets = stackalloc nint*[Block];
        for (int i = 0; i < records.Length; i++) buckets[i] = index.Bucket(words[i]);
        for (int i = 0; i < records.Length; i++)
        {
            nint r = ChainIndex.Head(buckets[i], words[i]);
            if (Sse.IsSupported) Sse.Prefetch0((void*)r);
            records[i] = r;
        }

        for (int i = 0; i < records.Length; i++)
        {
            nint r = records[i];
            while (r != 0 && *(ulong*)r != words[i]) r = Link(r);
            records[i] = r;
        }
    }

    // Asks for what Next will look at.
    private void Follow(ReadOnlySpan<nint> records)
    {
        if (!Sse.IsSupported) return;
        foreach (nint r in records) if (r != 0) Sse.Prefetch0((void*)Link(r));
    }

    private bool SameKey(nint a, nint b)
    {
        if (_int64Key >= 0) return *(long*)(a + _int64Key) == *(long*)(b + _int64Key);
        foreach (var f in KeyFields) if (!f.Same(a, b)) return false;
        return true;
    }

    private nint Exact(ChainIndex index, Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong word)
    {
        Span<ulong> differ = stackalloc ulong[1];
        for (nint r = ChainIndex.Head(index.Bucket(word), word); r != 0; r = Link(r))
        {
            if (*(ulong*)r != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in r), differ);
            if (differ[0] == 0) return r;
        }

        return 0;
    }

    private nint Exact(ChainIndex index, StoredTable other, nint theirs, ulong word)
    {
        Span<ulong> differ = stackalloc ulong[1];
        for (nint r = ChainIndex.Head(index.Bucket(word), word); r != 0; r = Link(r))
        {
            if (*(ulong*)r != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].CompareRecords(new ReadOnlySpan<nint>(in r), other.KeyFields[f], new ReadOnlySpan<nint>(in theirs), differ);
            if (differ[0] == 0) return r;
        }

        return 0;
    }
}
