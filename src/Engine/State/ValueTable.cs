using System.Numerics;
using System.Runtime.CompilerServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

public enum Access : byte
{
    /// <summary>Absent keys give address 0; nothing is created, dirtied or copied.</summary>
    Read,

    /// <summary>Absent keys are created (their value zeroed, bit set in <c>isNew</c>); the record counts as changed in this epoch.</summary>
    Write,
}

/// <summary>
/// One record a key. Pages are themselves the index (extendible hashing): a small directory leads from low bits of the hash to a page, further bits to a slot in it,
/// where the record lies (linear probing), so a key costs one cache miss. A page that fills up splits in two; a small table has one page that doubles up to 64 KiB.
/// </summary>
public sealed unsafe partial class ValueTable : StoredTable
{
    /// <summary>Rows looked up together: their slots are prefetched before the first is read.</summary>
    private const int Block = 256;

    /// <summary>Bit 0 of a directory entry: <see cref="Epochs.BeforeWrite"/> is due before the page is written.</summary>
    private const nint Clean = 1;

    private readonly bool _int64Key;
    private readonly long _ttl;
    private readonly Func<long> _now;
    private readonly List<ulong> _overfull = [];
    private nint* _directory;
    private int _directoryBits;
    private int _entries;
    private int _slots;
    private int _soft;
    private int _hard;

    internal ValueTable(StateSpec spec, Epochs epochs, Func<long> now, long expected = 0, bool dense = false) : base(spec, RecordLayout.Of(spec).Size, PagePool.MinPageBytes, epochs)
    {
        _int64Key = spec.Key.Count == 1 && spec.Key[0].Type.Physical == Physical.Int64 && spec.Key[0].Type.Kind != TypeKind.Decimal;
        _ttl = spec.Ttl.Milliseconds;
        _now = now;
        Space.Wasteful = _overfull;
        Reopen(expected, dense);
    }

    /// <summary>Whether <see cref="Resolve"/> needs no hashes for a batch: the key is one 8-byte integer, and no row's is NULL.</summary>
    public static bool HashesItself(Batch batch, ReadOnlySpan<int> keys) =>
        keys.Length == 1 && batch.Columns[keys[0]] is FixedColumn<long> { Type.Kind: not TypeKind.Decimal, Nulls.Any: false };

    /// <summary>
    /// The addresses of the records of the given rows' keys, valid until this table's next <see cref="Resolve"/> or <see cref="Remove"/>.
    /// </summary>
    /// <param name="batch">holds the key in columns <paramref name="keys"/>, of the spec's key types.</param>
    /// <param name="rows">positions to resolve; a key may repeat.</param>
    /// <param name="hashes">RowHash of the key by position in the batch; may be empty when <see cref="HashesItself"/>.</param>
    /// <param name="records">one address per entry of <paramref name="rows"/>.</param>
    /// <param name="isNew">one bit per entry of <paramref name="rows"/>: this call created the record (set at the key's first entry only).</param>
    public void Resolve(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access, Span<nint> records, Span<ulong> isNew)
    {
        isNew[..Bitmap.WordsFor(rows.Length)].Clear();
        if (_int64Key && !batch.Columns[keys[0]].Nulls.Any) ResolveInt64(((FixedColumn<long>)batch.Columns[keys[0]]).Values, rows, access, records, isNew);
        else
        {
            _neverDense = true;
            if (_dense) ToHash();
            if (_overfull.Count > 0 && access == Access.Write) MakeRoom();
            for (int done = 0; ;)
            {
                // A page without room ends the run: it is enlarged, records move, and what was found before is found again.
                ulong full = 0;
                done = Find(batch, keys, rows, hashes, access, records, isNew, done, ref full);
                if (done == rows.Length) break;
                Enlarge(full);
                if (Find(batch, keys, rows[..done], hashes, access, records, isNew, 0, ref full) != done) throw Moved();
            }
        }

        if (_ttl > 0) Expire(access, records[..rows.Length], isNew);
    }

    private void ResolveInt64(ReadOnlySpan<long> values, ReadOnlySpan<int> rows, Access access, Span<nint> records, Span<ulong> isNew)
    {
        if (_overfull.Count > 0 && access == Access.Write && !TryDense()) MakeRoom();
        for (int done = 0; ;)
        {
            if (_dense)
            {
                done = FindDense(values, rows, access, records, isNew, done);
                if (done == rows.Length) return;
                if (Extend(values, rows)) continue;
                ToHash();
                done = 0;
            }

            ulong full = 0;
            done = FindInt64(values, rows, access, records, isNew, done, ref full);
            if (done == rows.Length) return;
            Enlarge(full);
            if (FindInt64(values, rows[..done], access, records, isNew, 0, ref full) != done) throw Moved();
        }
    }

    private static InvalidOperationException Moved() => new("a record moved out of reach");

    /// <summary>
    /// The records, created if absent, that have the keys of records of another table of the same key; valid until the next call. Keys of one call differ.
    /// </summary>
    public void ResolveRecords(ValueTable from, ReadOnlySpan<nint> theirs, Span<nint> records)
    {
        if (_overfull.Count > 0 && !TryDense()) MakeRoom();
        for (int done = 0; ;)
        {
            if (_dense)
            {
                if (from._int64Key && FindDense(from, theirs, records)) return;
                ToHash();
            }

            ulong full = 0;
            done = FindRecords(from, theirs, records, done, ref full);
            if (done == theirs.Length) return;
            Enlarge(full);
            if (FindRecords(from, theirs[..done], records, 0, ref full) != done) throw Moved();
        }
    }

    /// <summary>Removes records that the last <see cref="Resolve"/> gave (each at most once).</summary>
    public void Remove(ReadOnlySpan<nint> records)
    {
        foreach (nint r in records)
        {
            ulong word = *(ulong*)r;
            int at = _dense ? DenseEntry(r) : (int)(word & ((1UL << _directoryBits) - 1));
            if ((_directory[at] & Clean) != 0) Touch(at);
            var page = Space.PageOf(r);
            if (_dense)
            {
                new Span<byte>((void*)r, SlotBytes).Clear();
                page->Count--;
                Count--;
                continue;
            }

            foreach (var text in TextFields) text.Set(r, default);
            *(ulong*)r = RecordWord.Removed;
            page->Count--;
            Count--;
            if (page->HeapGarbage > PagePool.MinPageBytes && page->HeapGarbage > page->HeapUsed / 2) _overfull.Add(word);
        }
    }

    /// <summary>Goes over all records in a fixed order, in blocks: fills <paramref name="records"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public int Scan(ref long cursor, Span<nint> records)
    {
        int at = (int)(cursor >> 32), slot = (int)cursor, n = 0;
        long now = _ttl > 0 ? _now() : 0;
        for (; at < _entries; at++, slot = 0)
        {
            var page = (PageHeader*)(_directory[at] & ~Clean);
            if (page->Count == 0 || at >> page->Depth != 0) continue;
            nint p = (nint)page + PageHeader.Bytes + ((nint)slot * SlotBytes);
            while (slot < _slots)
            {
                if (n == records.Length)
                {
                    cursor = ((long)at << 32) | (uint)slot;
                    return n;
                }

                // As many slots as fit if all hold a record: no branch on whether they do, which nobody can foresee.
                int end = Math.Min(_slots, slot + records.Length - n), first = n;
                for (; slot < end; slot++, p += SlotBytes)
                {
                    records[n] = p;
                    n += *(ulong*)p > RecordWord.Removed ? 1 : 0;
                }

                if (_ttl > 0) n = first + Unexpired(records[first..n], now);
            }
        }

        cursor = (long)at << 32;
        return n;
    }

    private int Unexpired(Span<nint> records, long now)
    {
        int n = 0;
        foreach (nint r in records) if (*(long*)(r + Layout.ExpiryOffset) > now) records[n++] = r;
        return n;
    }

    [SkipLocalsInit]
    private int FindInt64(
        ReadOnlySpan<long> values, ReadOnlySpan<int> rows, Access access, Span<nint> records, Span<ulong> isNew, int from, ref ulong full)
    {
        ulong* words = stackalloc ulong[Block];
        long* gathered = stackalloc long[Block];
        int* searching = stackalloc int[Block];
        var slots = new Probe.Slots { InPage = Space.PageBytes - 1, Last = PageHeader.Bytes + ((nint)(_slots - 1) * SlotBytes), Size = SlotBytes, Key = Layout.KeyOffsets[0] };

        // Without a selection, rows are consecutive and keys are read where they lie.
        bool dense = rows.Length > 0 && rows[^1] - rows[0] == rows.Length - 1;
        fixed (long* v = values)
        fixed (int* r = rows)
        fixed (nint* all = records)
        {
            for (int start = from; start < rows.Length; start += Block)
            {
                int n = Math.Min(Block, rows.Length - start);
                nint* to = all + start;
                long* wanted = gathered;
                if (dense) wanted = v + r[start];
                else Probe.Gather(v, r + start, n, wanted);
                Probe.Words(wanted, n, words);
                Locate(words, to, n, access);
                int left = Probe.First(words, wanted, to, n, slots.Key, searching);
                while (left > 0)
                {
                    int still = 0;
                    for (int s = 0; s < left; s++)
                    {
                        int i = searching[s];
                        nint p = to[i];
                        ulong w = *(ulong*)p;
                        if (w == RecordWord.Empty)
                        {
                            if (access == Access.Read) to[i] = 0;
                            else if (Insert(p, words[i], ref full))
                            {
                                *(long*)(p + slots.Key) = wanted[i];
                                Seen(wanted[i]);
                                Bitmap.Set(isNew, start + i);
                            }
                            else return start + (still > 0 ? searching[0] : i);

                            continue;
                        }

                        // A hit now: a row before has created the record since, or the step below found it.
                        bool hit = w == words[i] & *(long*)(p + slots.Key) == wanted[i];
                        if (hit) continue;
                        to[i] = slots.Next(p);
                        searching[still++] = i;
                    }

                    left = still;
                }
            }
        }

        return rows.Length;
    }

    // Any key: a block is found by word alone, keys of new records are written column by column, and all keys are then compared column by column.
    // Two keys of one word (a 56-bit collision) come out of the comparison and are searched for one by one.
    private int Find(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access, Span<nint> records, Span<ulong> isNew, int from, ref ulong full)
    {
        ulong* words = stackalloc ulong[Block];
        int* newRows = stackalloc int[Block];
        nint* newRecords = stackalloc nint[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        nint inPage = Space.PageBytes - 1, last = PageHeader.Bytes + ((nint)(_slots - 1) * SlotBytes);
        for (int start = from; start < rows.Length; start += Block)
        {
            int n = Math.Min(Block, rows.Length - start), created = 0, i = 0;
            var blockRows = rows.Slice(start, n);
            var block = records.Slice(start, n);
            Words(batch, keys, blockRows, hashes, words);
            fixed (nint* to = block) Locate(words, to, n, access);
            for (; i < n; i++)
            {
                nint p = block[i];
                while (true)
                {
                    ulong w = *(ulong*)p;
                    if (w == words[i]) break;
                    if (w == RecordWord.Empty)
                    {
                        if (access == Access.Read) p = 0;
                        else if (Insert(p, words[i], ref full))
                        {
                            newRows[created] = blockRows[i];
                            newRecords[created++] = p;
                            Bitmap.Set(isNew, start + i);
                        }
                        else p = -1;

                        break;
                    }

                    p = (p & inPage) == last ? (p & ~inPage) + PageHeader.Bytes : p + SlotBytes;
                }

                if (p == -1) break;
                block[i] = p;
            }

            WriteKeys(batch, keys, new ReadOnlySpan<int>(newRows, created), new ReadOnlySpan<nint>(newRecords, created));
            if (TextFields.Length > 0) PrefetchHeaps(block[..i]);
            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], blockRows[..i], block[..i], differ);
            for (int d = 0; d < differ.Length; d++)
            {
                for (ulong bits = differ[d]; bits != 0; bits &= bits - 1)
                {
                    int j = (d * 64) + BitOperations.TrailingZeroCount(bits);
                    nint p = FindExact(batch, keys, blockRows.Slice(j, 1), words[j], access, out bool created1, ref full);
                    if (p == -1) return start + j;
                    block[j] = p;
                    if (created1) Bitmap.Set(isNew, start + j);
                }
            }

            if (i < n) return start + i;
        }

        return rows.Length;
    }

    private int FindRecords(ValueTable from, ReadOnlySpan<nint> theirs, Span<nint> records, int start, ref ulong full)
    {
        ulong* words = stackalloc ulong[Block];
        int keyOffset = _int64Key ? Layout.KeyOffsets[0] : 0;
        for (; start < theirs.Length; start += Block)
        {
            int n = Math.Min(Block, theirs.Length - start);
            for (int i = 0; i < n; i++) words[i] = *(ulong*)theirs[start + i];
            fixed (nint* to = records.Slice(start, n)) Locate(words, to, n, Access.Write);
            for (int i = 0; i < n; i++)
            {
                nint p = records[start + i], other = theirs[start + i];
                while (true)
                {
                    ulong w = *(ulong*)p;
                    if (w == words[i] && (_int64Key ? *(long*)(p + keyOffset) == *(long*)(other + keyOffset) : SameKey(p, from, other))) break;
                    if (w == RecordWord.Empty)
                    {
                        if (!Insert(p, words[i], ref full)) return start + i;
                        if (_int64Key) Seen(*(long*)(other + keyOffset));
                        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].CopyFrom(p, from.KeyFields[f], other);
                        break;
                    }

                    p = Next(p);
                }

                records[start + i] = p;
            }
        }

        return theirs.Length;
    }

    private bool SameKey(nint mine, ValueTable from, nint theirs)
    {
        for (int f = 0; f < KeyFields.Length; f++) if (!KeyFields[f].Same(mine, from.KeyFields[f], theirs)) return false;
        return true;
    }

    private nint FindExact(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong word, Access access, out bool created, ref ulong full)
    {
        nint p;
        Span<ulong> differ = stackalloc ulong[1];
        Locate(&word, &p, 1, access);
        for (created = false; ; p = Next(p))
        {
            ulong w = *(ulong*)p;
            if (w == RecordWord.Empty) break;
            if (w != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in p), differ);
            if (differ[0] == 0) return p;
        }

        if (access == Access.Read) return 0;
        if (!Insert(p, word, ref full)) return -1;
        WriteKeys(batch, keys, row, new ReadOnlySpan<nint>(in p));
        created = true;
        return p;
    }

    private nint Next(nint p)
    {
        nint inPage = Space.PageBytes - 1;
        return (p & inPage) == PageHeader.Bytes + ((nint)(_slots - 1) * SlotBytes) ? (p & ~inPage) + PageHeader.Bytes : p + SlotBytes;
    }

    private void Words(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, ulong* words)
    {
        for (int i = 0; i < rows.Length; i++) words[i] = RecordWord.Of(hashes[rows[i]]);
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].MarkNulls(batch.Columns[keys[f]], rows, words);
    }

    private void WriteKeys(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        if (rows.IsEmpty) return;
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], rows, records);
    }

    private void PrefetchHeaps(ReadOnlySpan<nint> records)
    {
        foreach (var text in TextFields)
        {
            if (!Layout.KeyOffsets.Contains(text.Offset)) continue;
            foreach (nint r in records) if (r != 0) text.Prefetch(r);
        }
    }

    private void Expire(Access access, Span<nint> records, Span<ulong> isNew)
    {
        long now = _now();
        for (int i = 0; i < records.Length; i++)
        {
            nint r = records[i];
            if (r == 0) continue;
            ref long expiry = ref *(long*)(r + Layout.ExpiryOffset);
            bool dead = expiry <= now;
            if (access == Access.Read)
            {
                if (dead) records[i] = 0;
                continue;
            }

            if (dead && !Bitmap.Get(isNew, i) && expiry != 0)
            {
                foreach (var f in ValueFields) f.Zero(r);
                Bitmap.Set(isNew, i);
            }

            expiry = now + _ttl;
        }
    }
}
