using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Rows by key, appended and never taken out one by one: the table is dropped whole. Rows lie page after page in the order in which they came, so appending
/// costs no lookup; an index by key is built when somebody first asks for a key, and goes on from there. Records do not move.
/// </summary>
public sealed unsafe class LogTable : StoredTable
{
    private const int Block = 256;

    /// <summary>Bit 0 of a link: the row is marked (see <see cref="Mark"/>).</summary>
    private const nint Marked = 1;

    private readonly List<nint> _pages = [];
    private readonly int _slots;
    private RecordIndex? _index;
    private int _used;
    private int _indexedPage;
    private int _indexedSlot;

    internal LogTable(StateSpec spec, Epochs epochs) : base(spec, RecordLayout.Of(spec).Size + 8, SlabTable.PageBytesFor(RecordLayout.Of(spec).Size + 8, spec), epochs)
    {
        if (spec.Ttl.Milliseconds > 0) throw new NotSupportedException($"state {spec.Name}: a Log table has no TTL");
        _slots = SlotsOf(Space.PageBytes);
        _used = _slots;
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
    public nint Next(nint record) => *(nint*)(record + Layout.Size) & ~Marked;

    /// <summary>Says that a row's value is about to be written.</summary>
    public void Touch(nint record)
    {
        var page = Space.PageOf(record);
        if (page->Epoch != Epochs.Current) Epochs.BeforeWrite(page, Space.PageBytes);
    }

    /// <summary>Marks a row; the mark is in memory only and no part holds it.</summary>
    public void Mark(nint record) => *(nint*)(record + Layout.Size) |= Marked;

    public bool IsMarked(nint record) => (*(nint*)(record + Layout.Size) & Marked) != 0;

    /// <summary>Goes over all rows in the order in which they came: fills <paramref name="records"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public int Scan(ref long cursor, Span<nint> records)
    {
        int page = (int)(cursor >> 32), slot = (int)cursor, n = 0;
        while (page < _pages.Count && n < records.Length)
        {
            int end = page == _pages.Count - 1 ? _used : _slots;
            if (slot == end)
            {
                // More may come into the last page: the cursor stays there.
                if (page == _pages.Count - 1) break;
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
        foreach (nint page in _pages) Epochs.Add(this, (PageHeader*)page, Space.PageBytes);
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
        foreach (nint page in _pages) Epochs.Retire((PageHeader*)page, Space.PageBytes);
        _pages.Clear();
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
        _pages.Add((nint)page);
        _used = 0;
    }

    // The next n slots of the last page, which has them.
    private nint Room(int n)
    {
        var page = (PageHeader*)_pages[^1];
        if (page->Epoch != Epochs.Current) Epochs.BeforeWrite(page, Space.PageBytes);
        nint r = Slot(_pages.Count - 1, _used);
        _used += n;
        page->Count += n;
        Count += n;
        return r;
    }

    private RecordIndex Index()
    {
        var index = _index ??= new RecordIndex(Epochs.Pool);
        nint* block = stackalloc nint[Block];
        ulong* words = stackalloc ulong[Block];
        var starts = stackalloc IndexEntry*[Block];
        long cursor = ((long)_indexedPage << 32) | (uint)_indexedSlot;
        int n = Scan(ref cursor, new Span<nint>(block, Block));
        for (; n > 0; n = Scan(ref cursor, new Span<nint>(block, Block)))
        {
            index.Reserve(n);
            for (int i = 0; i < n; i++)
            {
                words[i] = *(ulong*)block[i];
                starts[i] = index.Start(words[i]);
            }

            for (int i = 0; i < n; i++)
            {
                var e = starts[i];
                while (e->Record != 0 && !(e->Hash == words[i] && SameKey(e->Record, block[i]))) e = index.Next(e);
                *(nint*)(block[i] + Layout.Size) = e->Record;
                if (e->Record == 0) index.Add(e, words[i], block[i]);
                else e->Record = block[i];
            }
        }

        (_indexedPage, _indexedSlot) = ((int)(cursor >> 32), (int)cursor);
        return index;
    }

    private static void Find(RecordIndex index, ulong* words, Span<nint> records)
    {
        var starts = stackalloc IndexEntry*[Block];
        for (int i = 0; i < records.Length; i++) starts[i] = index.Start(words[i]);
        for (int i = 0; i < records.Length; i++)
        {
            var e = starts[i];
            while (e->Record != 0 && e->Hash != words[i]) e = index.Next(e);
            records[i] = e->Record;
        }
    }

    private bool SameKey(nint a, nint b)
    {
        foreach (var f in KeyFields) if (!f.Same(a, b)) return false;
        return true;
    }

    private nint Exact(RecordIndex index, Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong word)
    {
        Span<ulong> differ = stackalloc ulong[1];
        for (var e = index.Start(word); e->Record != 0; e = index.Next(e))
        {
            if (e->Hash != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in e->Record), differ);
            if (differ[0] == 0) return e->Record;
        }

        return 0;
    }

    private nint Exact(RecordIndex index, StoredTable other, nint theirs, ulong word)
    {
        Span<ulong> differ = stackalloc ulong[1];
        for (var e = index.Start(word); e->Record != 0; e = index.Next(e))
        {
            if (e->Hash != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].CompareRecords(new ReadOnlySpan<nint>(in e->Record), other.KeyFields[f], new ReadOnlySpan<nint>(in theirs), differ);
            if (differ[0] == 0) return e->Record;
        }

        return 0;
    }
}
