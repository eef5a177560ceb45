using System.Runtime.CompilerServices;

namespace OrleansStream.Engine.State;

public sealed unsafe partial class ValueTable
{
    // First slot of each word's search; pages that the cut still needs are dealt with here, before any record of the block is given out.
    private void Locate(ulong* words, nint* to, int n, Access access)
    {
        ulong mask = (1UL << _directoryBits) - 1;
        nint flags = Probe.Locate(words, n, _directory, mask, (uint)_slots, (uint)SlotBytes, to);
        if ((flags & Clean) == 0 || access == Access.Read) return;
        for (int i = 0; i < n; i++) if ((_directory[words[i] & mask] & Clean) != 0) Touch((int)(words[i] & mask));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Insert(nint p, ulong word, ref ulong full)
    {
        var page = Space.PageOf(p);
        if (page->Used >= _hard)
        {
            full = word;
            return false;
        }

        *(ulong*)p = word;
        page->Count++;
        Count++;

        // Only when nothing points into the page any more (the next call) is it enlarged; until then there is room up to the hard limit.
        if (++page->Used == _soft) _overfull.Add(word);
        return true;
    }

    private PageHeader* NewPage(long id, int depth)
    {
        var page = (PageHeader*)Space.Pool.Take(Space.PageBytes);
        page->Epoch = Epochs.Current;
        page->Id = id;
        page->Depth = depth;
        return page;
    }

    private void SetPageBytes(int bytes)
    {
        Space.PageBytes = bytes;
        _slots = SlotsOf(bytes);
        _soft = Math.Max(1, _slots * 11 / 20);
        _hard = Math.Min(_slots - 1, Math.Max(_soft + 1, _slots * 9 / 10));
    }

    private void Touch(int at)
    {
        var page = (PageHeader*)(_directory[at] & ~Clean);
        Epochs.BeforeWrite(page, Space.PageBytes);
        Point(at, page);
    }

    // All directory entries of a page: those that share its low Depth bits.
    private void Point(int at, PageHeader* page)
    {
        int step = 1 << page->Depth;
        for (int i = at & (step - 1); i < _entries; i += step) _directory[i] = (nint)page;
    }

    private void MakeRoom()
    {
        for (int i = 0; i < _overfull.Count; i++)
        {
            int at = (int)(_overfull[i] & ((1UL << _directoryBits) - 1));
            var page = (PageHeader*)(_directory[at] & ~Clean);
            if (page->Used >= _soft) Enlarge(_overfull[i]);
            else if (page->HeapGarbage > page->HeapUsed / 2) Replace(at, page, Space.PageBytes, _slots, page->Depth);
        }

        _overfull.Clear();
    }

    /// <summary>Gives the page of <paramref name="word"/> room: doubled, split, or, when removed slots fill it, rebuilt.</summary>
    private void Enlarge(ulong word)
    {
        int at = (int)(word & ((1UL << _directoryBits) - 1));
        var page = (PageHeader*)(_directory[at] & ~Clean);
        int oldBytes = Space.PageBytes, oldSlots = _slots;
        if (page->Count < _soft / 2) Replace(at, page, oldBytes, oldSlots, page->Depth);
        else if (oldBytes < PagePool.MaxPageBytes)
        {
            SetPageBytes(oldBytes * 2);
            Replace(at, page, oldBytes, oldSlots, 0);
        }
        else
        {
            if (page->Depth == _directoryBits) DoubleDirectory();
            Replace(at, page, oldBytes, oldSlots, page->Depth + 1);
        }
    }

    private void DoubleDirectory()
    {
        if (_directoryBits == 20) throw new InvalidOperationException($"state {Spec.Name} exceeds 2^20 pages on one shard");
        int entries = 1 << _directoryBits;
        var bigger = (nint*)Space.Pool.Allocate(16L * entries);
        for (int i = 0; i < entries; i++) bigger[i] = bigger[i + entries] = _directory[i];
        Space.Pool.Free((nint)_directory, 8L * entries);
        _directory = bigger;
        _directoryBits++;
        _entries = 2 * entries;
    }

    // Moves the records of a page into one new page of its number, or, one level deeper, into two.
    private void Replace(int at, PageHeader* page, int oldBytes, int oldSlots, int depth)
    {
        var zero = NewPage(page->Id, depth);
        var one = depth > page->Depth ? NewPage(NextPageId++, depth) : zero;
        int bit = depth - 1;
        nint from = (nint)page + PageHeader.Bytes;
        for (int s = 0; s < oldSlots; s++, from += SlotBytes)
        {
            ulong word = *(ulong*)from;
            if (word <= RecordWord.Removed) continue;
            var to = one != zero && (word >> bit & 1) != 0 ? one : zero;
            Place(to, from, page->Heap);
        }

        Epochs.Retire(page, oldBytes);
        int low = at & ((1 << page->Depth) - 1);
        if (one == zero) Point(low, zero);
        else
        {
            low = at & ((1 << bit) - 1);
            Point(low, zero);
            Point(low | (1 << bit), one);
        }
    }

    private void Place(PageHeader* page, nint from, byte* heap)
    {
        ulong word = *(ulong*)from;
        nint p = (nint)page + PageHeader.Bytes + ((nint)((((word >> 20) & 0xFFFFF) * (ulong)_slots) >> 20) * SlotBytes);
        while (*(ulong*)p != RecordWord.Empty) p = Next(p);
        for (int i = 0; i < SlotBytes; i += 8) *(ulong*)(p + i) = *(ulong*)(from + i);
        page->Count++;
        page->Used++;
        foreach (var text in TextFields) text.Moved(p, heap);
    }

    internal override void CutPages()
    {
        for (int i = 0; i < _entries; i++)
        {
            var page = (PageHeader*)(_directory[i] & ~Clean);
            if (i >> page->Depth == 0) Epochs.Add(this, page, Space.PageBytes);
            _directory[i] = (nint)page | Clean;
        }
    }

    internal override void Load(byte* record, byte* heap)
    {
        if (_overfull.Count > 0) MakeRoom();
        if (_int64Key) Seen(*(long*)(record + Layout.KeyOffsets[0]));
        _neverDense |= !_int64Key || KeyFields[0].Null.Nullable && KeyFields[0].IsNull((nint)record);
        ulong word = *(ulong*)record;
        int at = (int)(word & ((1UL << _directoryBits) - 1));
        if ((_directory[at] & Clean) != 0) Touch(at);
        var page = (PageHeader*)_directory[at];
        if (page->Used >= _hard)
        {
            Enlarge(word);
            page = (PageHeader*)_directory[word & ((1UL << _directoryBits) - 1)];
        }

        Place(page, (nint)record, heap);
        Count++;
        if (page->Used == _soft) _overfull.Add(word);
    }

    /// <summary>Gives an empty table, new or after <see cref="Free"/>, pages for about <paramref name="expected"/> records, or lets the first keys decide where dense ones begin.</summary>
    internal void Reopen(long expected, bool dense = false)
    {
        _expected = expected;
        if (dense)
        {
            OpenDense(0, 0);
            return;
        }

        int bytes = PagePool.MinPageBytes;
        while (bytes < PagePool.MaxPageBytes && (SlotsOf(bytes) < 8 || SlotsOf(bytes) * 11L / 20 < expected)) bytes *= 2;
        if (SlotsOf(bytes) < 4) throw new NotSupportedException($"records of state {Spec.Name} take {SlotBytes} bytes, more than a quarter of a page");
        SetPageBytes(bytes);
        int bits = 0;
        while (((long)(_slots * 11L / 20) << bits) < expected) bits++;
        _directoryBits = bits;
        _entries = 1 << bits;
        _directory = (nint*)Space.Pool.Allocate(8L << bits);
        for (int i = 0; i < 1 << bits; i++) _directory[i] = (nint)NewPage(NextPageId++, bits);
    }

    internal override void Free()
    {
        if (_directory == null) return;
        for (int i = 0; i < _entries; i++)
        {
            // The first entry of a page is the one whose number fits its depth; the others come later.
            var page = (PageHeader*)(_directory[i] & ~Clean);
            if (page == null) continue;
            for (int alias = i + (1 << page->Depth); alias < _entries; alias += 1 << page->Depth) _directory[alias] = 0;
            Epochs.Retire(page, Space.PageBytes);
        }

        Space.Pool.Free((nint)_directory, 8L * _entries);
        _directory = null;
        (_entries, _dense, _neverDense, Count) = (0, false, false, 0);
        (_least, _most) = (long.MaxValue, long.MinValue);
        _overfull.Clear();
    }
}
