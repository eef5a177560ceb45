using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// A table whose records never move: slots of equal pages, freed slots used again. Behind the stored bytes of a record lie links (addresses of other records), which are
/// rebuilt at restore and not stored.
/// </summary>
public abstract unsafe class SlabTable : StoredTable
{
    private readonly List<nint> _pages = [];
    private readonly int _slots;
    private nint _freeSlot;
    private int _used;

    internal SlabTable(StateSpec spec, int linkBytes, Epochs epochs)
        : base(spec, RecordLayout.Of(spec).Size + linkBytes, PageBytesFor(RecordLayout.Of(spec).Size + linkBytes, spec), epochs)
    {
        Links = Layout.Size;
        _slots = SlotsOf(Space.PageBytes);
        _used = _slots;
    }

    /// <summary>Goes over all records in the order of their pages, in blocks: fills <paramref name="records"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public int Scan(ref long cursor, Span<nint> records)
    {
        int page = (int)(cursor >> 32), slot = (int)cursor, n = 0;
        for (; page < _pages.Count; page++, slot = 0)
        {
            int used = page == _pages.Count - 1 ? _used : _slots;
            for (; slot < used && n < records.Length; slot++)
            {
                nint r = _pages[page] + PageHeader.Bytes + ((nint)slot * SlotBytes);
                if (*(ulong*)r > RecordWord.Removed) records[n++] = r;
            }

            if (n == records.Length) break;
        }

        cursor = ((long)page << 32) | (uint)slot;
        return n;
    }

    /// <summary>Offset of the links in a record.</summary>
    private protected int Links { get; }

    /// <summary>A zeroed slot, in a page that may be written.</summary>
    private protected nint NewRecord()
    {
        nint r = _freeSlot;
        if (r != 0)
        {
            _freeSlot = *(nint*)(r + Links);
            BeforeWrite(r);
            new Span<byte>((void*)r, SlotBytes).Clear();
        }
        else
        {
            if (_used == _slots)
            {
                var fresh = (PageHeader*)Space.Pool.Take(Space.PageBytes);
                fresh->Epoch = Epochs.Current;
                fresh->Id = NextPageId++;
                _pages.Add((nint)fresh);
                _used = 0;
            }

            r = _pages[^1] + PageHeader.Bytes + ((nint)_used++ * SlotBytes);
            BeforeWrite(r);
        }

        Space.PageOf(r)->Count++;
        Count++;
        return r;
    }

    private protected void FreeRecord(nint r)
    {
        BeforeWrite(r);
        foreach (var text in TextFields) text.Set(r, default);
        *(ulong*)r = RecordWord.Removed;
        *(nint*)(r + Links) = _freeSlot;
        _freeSlot = r;
        var page = Space.PageOf(r);
        page->Count--;
        Count--;
        ReclaimTexts(r);
    }

    /// <summary>Gives the bytes of texts that were written over back, once they are many; the record's page may be written.</summary>
    private protected void ReclaimTexts(nint r)
    {
        var page = Space.PageOf(r);
        if (page->HeapGarbage > PagePool.MinPageBytes && page->HeapGarbage > page->HeapUsed / 2) CompactHeap(page);
    }

    private protected void BeforeWrite(nint r)
    {
        var page = Space.PageOf(r);
        if (page->Epoch != Epochs.Current) Epochs.BeforeWrite(page, Space.PageBytes);
    }

    /// <summary>Whether a record lies at an address that once was one's.</summary>
    public bool Holds(nint record) => *(ulong*)record > RecordWord.Removed;

    private void CompactHeap(PageHeader* page)
    {
        byte* old = page->Heap;
        int bytes = page->HeapBytes;
        page->Heap = null;
        page->HeapBytes = page->HeapUsed = page->HeapGarbage = 0;
        nint r = (nint)page + PageHeader.Bytes;
        for (int i = 0; i < _slots; i++, r += SlotBytes)
            if (*(ulong*)r > RecordWord.Removed) foreach (var text in TextFields) text.Moved(r, old);
        Space.Pool.Free((nint)old, bytes);
    }

    internal override void CutPages()
    {
        foreach (nint page in _pages) Epochs.Add(this, (PageHeader*)page, Space.PageBytes);
    }

    internal override void Load(byte* record, byte* heap)
    {
        nint r = NewRecord();
        new ReadOnlySpan<byte>(record, Layout.Size).CopyTo(new Span<byte>((void*)r, Layout.Size));
        foreach (var text in TextFields) text.Moved(r, heap);
        Linked(r);
    }

    /// <summary>Enters a record that a part held into indexes and lists.</summary>
    private protected abstract void Linked(nint record);

    internal override void Free()
    {
        foreach (nint page in _pages) Epochs.Retire((PageHeader*)page, Space.PageBytes);
        _pages.Clear();
        (_freeSlot, _used, Count) = (0, _slots, 0);
    }

    /// <summary>Size of the pages of a table with slots of <paramref name="slot"/> bytes: at least 32 of them, if that fits.</summary>
    internal static int PageBytesFor(int slot, StateSpec spec)
    {
        int bytes = 16 * PagePool.MinPageBytes;
        while (bytes < PagePool.MaxPageBytes && (bytes - PageHeader.Bytes) / slot < 32) bytes *= 2;
        if ((bytes - PageHeader.Bytes) / slot < 1) throw new NotSupportedException($"records of state {spec.Name} take {slot} bytes, more than a page");
        return bytes;
    }
}
