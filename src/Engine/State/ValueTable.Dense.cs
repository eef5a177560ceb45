using System.Runtime.CompilerServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>
/// Keys that are one integer and lie close together need no hashing: a record's place is its key. The directory then leads from the high bits of (key − least key) to a
/// page, the low bits to a slot. A table becomes dense when that takes no more memory than its hashed pages, and goes back to hashing for good when keys scatter.
/// Records are the same in both forms, so parts know nothing of it.
/// </summary>
public sealed unsafe partial class ValueTable
{
    /// <summary>Fewer records than this are hashed: they lie in the nearest cache anyway.</summary>
    private const int DenseFrom = 256;

    /// <summary>Small enough that keys which begin or end in the middle of a page waste little; a directory of 1 M keys still fits the nearest cache.</summary>
    private const int DensePageBytes = 16 * 1024;

    /// <summary>Memory of a dense table, in multiples of its records' bytes: up to the first it is entered, beyond the second it is left (hashed pages take 1.8 to 3.6).</summary>
    private const int DenseEnter = 4;
    private const int DenseStay = 5;

    private bool _dense;
    private bool _neverDense;
    private long _least = long.MaxValue;
    private long _most = long.MinValue;

    /// <summary>Key of slot 0 of the first directory entry.</summary>
    private long _base;

    // Dense keys are spread over at most 2^25, so that a product finds the page; see DenseSlots.
    private const long MaxSpan = 1 << 25;
    private DenseSlots _places;

    // Records that the table is expected to hold at the end.
    private long _expected;

    /// <summary>Whether keys' places are the keys themselves: what the next pane of the same query begins with.</summary>
    internal bool IsDense => _dense;

    private void Seen(long key)
    {
        _least = Math.Min(_least, key);
        _most = Math.Max(_most, key);
    }

    // Pages that hold keys from start to most; −1 = too many.
    private long EntriesFor(long start, long most) => (ulong)most - (ulong)start >= MaxSpan ? -1 : ((most - start) / SlotsOf(DensePageBytes)) + 1;

    private bool Affords(long entries, int times) => entries >= 0 && entries * DensePageBytes <= Math.Max(Count, _expected) * SlotBytes * times;

    private bool TryDense()
    {
        if (_dense || _neverDense || !_int64Key || TextFields.Length > 0 || SlotBytes > DensePageBytes / 16 || Count < DenseFrom) return _dense;
        long entries = EntriesFor(_least, _most);
        if (!Affords(entries, DenseEnter)) return false;
        var (old, oldEntries, oldBytes, oldSlots) = ((nint)_directory, _entries, Space.PageBytes, _slots);
        OpenDense(_least, (int)entries);
        Move(old, oldEntries, oldBytes, oldSlots);
        return true;
    }

    private void OpenDense(long start, int entries)
    {
        _dense = true;
        _overfull.Clear();
        SetPageBytes(DensePageBytes);
        _places = new DenseSlots(_slots, SlotBytes);
        _base = start;
        _entries = entries;
        _directory = (nint*)Space.Pool.Allocate(8L * entries);
        for (int i = 0; i < entries; i++) _directory[i] = (nint)NewPage(NextPageId++, DenseDepth);
    }

    /// <summary>As the depth of a page: no other entry of the directory leads to it.</summary>
    private const int DenseDepth = 30;

    // Puts the records of pages that left the directory into the new ones.
    private void Move(nint directory, int entries, int pageBytes, int slots)
    {
        for (int i = 0; i < entries; i++)
        {
            var page = (PageHeader*)(((nint*)directory)[i] & ~Clean);
            if (i >> page->Depth != 0) continue;
            nint from = (nint)page + PageHeader.Bytes;
            for (int s = 0; s < slots; s++, from += SlotBytes)
            {
                ulong word = *(ulong*)from;
                if (word <= RecordWord.Removed) continue;
                if (!_dense)
                {
                    Load((byte*)from, page->Heap);
                    continue;
                }

                ulong at = (ulong)(*(long*)(from + Layout.KeyOffsets[0]) - _base);
                var to = (PageHeader*)_directory[_places.Page(at)];
                nint p = (nint)to + _places.Offset(at);
                Buffer.MemoryCopy((void*)from, (void*)p, SlotBytes, SlotBytes);
                to->Count++;
            }
        }

        for (int i = 0; i < entries; i++)
        {
            var page = (PageHeader*)(((nint*)directory)[i] & ~Clean);
            if (i >> page->Depth == 0) ((nint*)directory)[i] = (nint)page;
            else ((nint*)directory)[i] = 0;
        }

        for (int i = 0; i < entries; i++) if (((nint*)directory)[i] != 0) Epochs.Retire((PageHeader*)((nint*)directory)[i], pageBytes);
        Space.Pool.Free(directory, 8L * entries);
    }

    private void ToHash()
    {
        var (old, oldEntries, oldBytes, oldSlots) = ((nint)_directory, _entries, Space.PageBytes, _slots);
        (long count, _dense, _neverDense, Count) = (Count, false, true, 0);
        Reopen(Math.Max(count, _expected));
        Move(old, oldEntries, oldBytes, oldSlots);
    }

    // Makes room for the keys of these rows; false when they lie too far from the others.
    private bool Extend(ReadOnlySpan<long> values, ReadOnlySpan<int> rows)
    {
        long least = long.MaxValue, most = long.MinValue;
        foreach (int r in rows)
        {
            least = Math.Min(least, values[r]);
            most = Math.Max(most, values[r]);
        }

        return Extend(least, most);
    }

    private bool Extend(long least, long most)
    {
        long start = least;
        if (_entries > 0)
        {
            // Whole pages are added in front, so that records stay where they are.
            start = _base;
            if (least < _base)
            {
                ulong below = (ulong)_base - (ulong)least;
                if (below >= MaxSpan) return false;
                start = _base - ((((long)below + _slots - 1) / _slots) * _slots);
            }

            most = Math.Max(most, _base + ((long)_entries * _slots) - 1);
        }

        long entries = EntriesFor(start, most);
        if (entries < _entries || (entries != 1 && !Affords(entries, DenseStay))) return false;
        var bigger = (nint*)Space.Pool.Allocate(8L * entries);
        long shift = _entries > 0 ? (_base - start) / _slots : 0;
        for (int i = 0; i < _entries; i++) bigger[i + shift] = _directory[i];
        for (long i = 0; i < entries; i++) if (bigger[i] == 0) bigger[i] = (nint)NewPage(NextPageId++, DenseDepth);
        Space.Pool.Free((nint)_directory, 8L * _entries);
        _directory = bigger;
        (_entries, _base) = ((int)entries, start);
        return true;
    }

    private int DenseEntry(nint record) => (int)_places.Page((ulong)(*(long*)(record + Layout.KeyOffsets[0]) - _base));

    // The row at which a key lies beyond the directory; the number of rows at the end.
    [SkipLocalsInit]
    private int FindDense(ReadOnlySpan<long> values, ReadOnlySpan<int> rows, Access access, Span<nint> records, Span<ulong> isNew, int from)
    {
        long* gathered = stackalloc long[Block];
        bool consecutive = rows.Length > 0 && rows[^1] - rows[0] == rows.Length - 1;
        fixed (long* v = values)
        fixed (int* r = rows)
        fixed (nint* all = records)
        {
            for (int start = from; start < rows.Length; start += Block)
            {
                int n = Math.Min(Block, rows.Length - start);
                long* wanted = gathered;
                if (consecutive) wanted = v + r[start];
                else Probe.Gather(v, r + start, n, wanted);
                int done = FindDense(wanted, n, access, all + start, isNew, start);
                if (done < n) return start + done;
            }
        }

        return rows.Length;
    }

    /// <summary>
    /// Takes over records of another table of the same layout: those whose keys are absent here are copied whole, the others are listed, to be merged by the caller.
    /// Goes on at <paramref name="cursor"/> (0 first); false = nothing was done and nothing is left. Where both tables are dense, both are walked in the order of keys.
    /// </summary>
    /// <param name="theirs">records of <paramref name="from"/> to merge into the entries of <paramref name="records"/>.</param>
    public bool Absorb(ValueTable from, ref long cursor, Span<nint> theirs, Span<nint> records, out int count)
    {
        if (!AlignedWith(from))
        {
            count = from.Scan(ref cursor, theirs);
            if (count == 0) return false;
            ResolveRecords(from, theirs[..count], records[..count]);
            return true;
        }

        count = 0;
        int listed = from.Scan(ref cursor, theirs);
        int key = Layout.KeyOffsets[0];
        for (int i = 0; i < listed; i++)
        {
            nint f = theirs[i];
            ulong at = (ulong)(*(long*)(f + key) - _base);
            nint entry = _places.Page(at);
            if ((_directory[entry] & Clean) != 0) Touch((int)entry);
            nint p = _directory[entry] + _places.Offset(at);
            if (*(ulong*)p != RecordWord.Empty)
            {
                theirs[count] = f;
                records[count++] = p;
                continue;
            }

            for (int b = 0; b < SlotBytes; b += 8) *(ulong*)(p + b) = *(ulong*)(f + b);
            ((PageHeader*)_directory[entry])->Count++;
            Count++;
        }

        return listed > 0;
    }

    // Whether both are dense and this one reaches as far as the other; records of a TTL have an expiry of their own.
    private bool AlignedWith(ValueTable from) =>
        _dense && from._dense && _ttl == 0 && (from._entries == 0 || (_entries > 0 && from._base >= _base && from.DenseEnd <= DenseEnd)
            || Extend(from._base, from.DenseEnd - 1));

    private long DenseEnd => _base + ((long)_entries * _slots);

    private bool FindDense(ValueTable from, ReadOnlySpan<nint> theirs, Span<nint> records)
    {
        long* wanted = stackalloc long[Block];
        ulong* isNew = stackalloc ulong[Block / 64];
        int key = from.Layout.KeyOffsets[0];
        fixed (nint* all = records)
        {
            for (int start = 0; start < theirs.Length; start += Block)
            {
                int n = Math.Min(Block, theirs.Length - start);
                for (int i = 0; i < n; i++) wanted[i] = *(long*)(theirs[start + i] + key);
                for (int done; (done = FindDense(wanted, n, Access.Write, all + start, new Span<ulong>(isNew, Block / 64), 0)) < n;)
                    if (!Extend(wanted[done], wanted[done])) return false;
            }
        }

        return true;
    }

    [SkipLocalsInit]
    private int FindDense(long* wanted, int n, Access access, nint* to, Span<ulong> isNew, int bit)
    {
        int* fresh = stackalloc int[Block];
        nint flags = 0;
        int done = Probe.LocateDense(wanted, n, _directory, _base, _entries, in _places, to, ref flags);
        if (access == Access.Read)
        {
            // A key beyond the directory has no record.
            for (int i = done; i < n; i++)
            {
                ulong at = (ulong)(wanted[i] - _base);
                to[i] = at >= (ulong)_entries * (ulong)_slots ? 0 : (_directory[_places.Page(at)] & ~Clean) + _places.Offset(at);
            }

            for (int i = 0; i < n; i++) if (to[i] != 0 && *(ulong*)to[i] == RecordWord.Empty) to[i] = 0;
            return n;
        }

        if ((flags & Clean) != 0)
        {
            for (int i = 0; i < done; i++)
            {
                int at = (int)_places.Page((ulong)(wanted[i] - _base));
                if ((_directory[at] & Clean) != 0) Touch(at);
            }
        }

        int count = Probe.Empty(to, done, fresh);
        for (int f = 0; f < count; f++)
        {
            int i = fresh[f];
            nint p = to[i];
            if (*(ulong*)p != RecordWord.Empty) continue;
            *(ulong*)p = RecordWord.Of(RowHash.OfInt64(wanted[i]));
            *(long*)(p + Layout.KeyOffsets[0]) = wanted[i];
            Space.PageOf(p)->Count++;
            Count++;
            Bitmap.Set(isNew, bit + i);
        }

        return done;
    }
}

/// <summary>Where the n-th place of a dense table lies. The quotient by the slots of a page is a product and a shift, exact below 2^32.</summary>
internal readonly struct DenseSlots(int slots, int slotBytes)
{
    private const int Shift = 42;

    private readonly ulong _reciprocal = ((1UL << Shift) / (ulong)slots) + 1;

    public ulong Slots => (ulong)slots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Page(ulong at) => (nint)((at * _reciprocal) >> Shift);

    /// <summary>Bytes from the beginning of its page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(ulong at) => PageHeader.Bytes + (nint)((at - ((ulong)Page(at) * (ulong)slots)) * (ulong)slotBytes);
}
