using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// (key, sub-key) → value, sub-keys unordered; a key's entries can be gone over. Two indexes, by pair and by key; the entries of a key are a linked list.
/// Entries do not move: an address is valid until its entry is removed.
/// </summary>
public sealed unsafe partial class MapTable : SlabTable
{
    private const int Block = 256;

    private readonly RecordIndex _pairs;
    private readonly RecordIndex _keys;
    private readonly int _next;
    private readonly int _previous;
    private readonly ExpiryList _expiry;
    private ulong[] _pairHashes = new ulong[Batch.MaxRows];

    internal MapTable(StateSpec spec, Epochs epochs, Func<long> now) : base(spec, 16 + ExpiryList.LinkBytes(spec.Ttl), epochs)
    {
        _pairs = new RecordIndex(epochs.Pool);
        _keys = new RecordIndex(epochs.Pool);
        _next = Links;
        _previous = Links + 8;
        _expiry = new ExpiryList(spec.Ttl, Layout.ExpiryOffset, Links + 16, now);
    }

    /// <summary>
    /// As <see cref="ValueTable.Resolve"/>, for (key, sub-key) pairs; <paramref name="subKeys"/> are columns of the same batch. With <see cref="Access.Write"/> the
    /// entries' values may be written, and with a TTL live on from now; new ones are listed under their key. Entries that are past their time are removed first.
    /// </summary>
    public void Resolve(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> subKeys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access,
        Span<nint> records, Span<ulong> isNew)
    {
        if (_expiry.Any) Expire();
        isNew[..Bitmap.WordsFor(rows.Length)].Clear();
        if (_pairHashes.Length < batch.Length) _pairHashes = new ulong[batch.Length];
        RowHash.Hash(batch, subKeys, _pairHashes);
        int* newRows = stackalloc int[Block];
        nint* newRecords = stackalloc nint[Block];
        ulong* words = stackalloc ulong[Block];
        ulong* pairs = stackalloc ulong[Block];
        var starts = stackalloc IndexEntry*[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        for (int start = 0; start < rows.Length; start += Block)
        {
            int n = Math.Min(Block, rows.Length - start), created = 0;
            var blockRows = rows.Slice(start, n);
            var block = records.Slice(start, n);
            if (access == Access.Write) _pairs.Reserve(n);
            Words(batch, keys, subKeys, blockRows, hashes, words);
            for (int i = 0; i < n; i++)
            {
                pairs[i] = RowHash.Combine(hashes[blockRows[i]], _pairHashes[blockRows[i]]);
                starts[i] = _pairs.Start(pairs[i]);
            }

            for (int i = 0; i < n; i++)
            {
                var e = starts[i];
                while (e->Record != 0 && e->Hash != pairs[i]) e = _pairs.Next(e);
                if (e->Record == 0 && access == Access.Write)
                {
                    newRows[created] = blockRows[i];
                    newRecords[created++] = Create(e, words[i], pairs[i]);
                    Bitmap.Set(isNew, start + i);
                }

                block[i] = e->Record;
            }

            Enter(batch, keys, subKeys, new ReadOnlySpan<int>(newRows, created), new ReadOnlySpan<nint>(newRecords, created));
            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], blockRows, block, differ);
            for (int f = 0; f < SubKeyFields.Length; f++) SubKeyFields[f].Compare(batch.Columns[subKeys[f]], blockRows, block, differ);
            for (int d = 0; d < differ.Length; d++)
            {
                for (ulong bits = differ[d]; bits != 0; bits &= bits - 1)
                {
                    int j = (d * 64) + BitOperations.TrailingZeroCount(bits);
                    block[j] = ResolveExact(batch, keys, subKeys, blockRows.Slice(j, 1), words[j], pairs[j], access, out bool isCreated);
                    if (isCreated) Bitmap.Set(isNew, start + j);
                }
            }

            if (access == Access.Write) foreach (nint r in block) Touch(r);
        }
    }

    /// <summary>The first entry of each row's key (0 = none); go on with <see cref="Next"/>. Entries that are past their time are removed first.</summary>
    public void First(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<nint> records)
    {
        if (_expiry.Any) Expire();
        ulong* words = stackalloc ulong[Block];
        var starts = stackalloc IndexEntry*[Block];
        Span<ulong> differ = stackalloc ulong[Block / 64];
        for (int start = 0; start < rows.Length; start += Block)
        {
            int n = Math.Min(Block, rows.Length - start);
            var blockRows = rows.Slice(start, n);
            var block = records.Slice(start, n);
            Words(batch, keys, default, blockRows, hashes, words);
            for (int i = 0; i < n; i++) starts[i] = _keys.Start(words[i]);
            for (int i = 0; i < n; i++)
            {
                var e = starts[i];
                while (e->Record != 0 && e->Hash != words[i]) e = _keys.Next(e);
                block[i] = e->Record;
            }

            differ.Clear();
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], blockRows, block, differ);
            for (int d = 0; d < differ.Length; d++)
            {
                for (ulong bits = differ[d]; bits != 0; bits &= bits - 1)
                {
                    int j = (d * 64) + BitOperations.TrailingZeroCount(bits);
                    block[j] = FirstExact(batch, keys, blockRows.Slice(j, 1), words[j]);
                }
            }
        }
    }

    /// <summary>The entry of the same key after <paramref name="record"/>, or 0.</summary>
    public nint Next(nint record) => *(nint*)(record + _next);

    /// <summary>Removes entries (each at most once).</summary>
    public void Remove(ReadOnlySpan<nint> records)
    {
        foreach (nint r in records)
        {
            _pairs.Remove(_pairs.Of(*(ulong*)(r + Layout.PairOffset), r));
            nint next = *(nint*)(r + _next), previous = *(nint*)(r + _previous);
            if (next != 0) *(nint*)(next + _previous) = previous;
            if (previous != 0) *(nint*)(previous + _next) = next;
            else
            {
                var e = _keys.Of(KeyWord(r), r);
                if (next != 0) e->Record = next;
                else _keys.Remove(e);
            }

            if (_expiry.Any) _expiry.Forget(r);
            FreeRecord(r);
        }
    }

    private protected override void Linked(nint record)
    {
        _pairs.Reserve(1);
        ulong pair = *(ulong*)(record + Layout.PairOffset);
        var e = _pairs.Start(pair);
        while (e->Record != 0) e = _pairs.Next(e);
        _pairs.Add(e, pair, record);
        if (_expiry.Any) _expiry.Restored(record);
        Link(record);
    }

    internal override void Free()
    {
        base.Free();
        _expiry.Clear();
        _pairs.Release();
        _keys.Release();
    }

    private void Expire()
    {
        for (nint r; (r = _expiry.Ended()) != 0;) Remove(new ReadOnlySpan<nint>(in r));
    }

    private nint Create(IndexEntry* at, ulong word, ulong pair)
    {
        nint r = NewRecord();
        *(ulong*)r = word;
        *(ulong*)(r + Layout.PairOffset) = pair;
        _pairs.Add(at, pair, r);
        return r;
    }

    // Writes the keys of new records, then lists each under its key.
    private void Enter(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> subKeys, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        if (rows.IsEmpty) return;
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], rows, records);
        for (int f = 0; f < SubKeyFields.Length; f++) SubKeyFields[f].Write(batch.Columns[subKeys[f]], rows, records);
        foreach (nint r in records) Link(r);
    }

    private void Link(nint r)
    {
        _keys.Reserve(1);
        ulong word = KeyWord(r);
        var e = _keys.Start(word);
        while (e->Record != 0 && !(e->Hash == word && SameKey(e->Record, r))) e = _keys.Next(e);
        nint head = e->Record;
        *(nint*)(r + _next) = head;
        *(nint*)(r + _previous) = 0;
        if (head == 0) _keys.Add(e, word, r);
        else
        {
            *(nint*)(head + _previous) = r;
            e->Record = r;
        }
    }

    // The word of a record holds null bits of the sub-key too: they are taken out to find the key.
    private ulong KeyWord(nint r)
    {
        ulong word = *(ulong*)r;
        foreach (var f in SubKeyFields) if (f.Null.Offset == RecordWord.NullByte && f.Null.Nullable) word &= ~((ulong)f.Null.Mask << 40);
        return word;
    }

    private bool SameKey(nint a, nint b)
    {
        foreach (var f in KeyFields) if (!f.Same(a, b)) return false;
        return true;
    }

    private void Words(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> subKeys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, ulong* words)
    {
        for (int i = 0; i < rows.Length; i++) words[i] = RecordWord.Of(hashes[rows[i]]);
        for (int f = 0; f < keys.Length; f++) KeyFields[f].MarkNulls(batch.Columns[keys[f]], rows, words);
        for (int f = 0; f < subKeys.Length; f++) SubKeyFields[f].MarkNulls(batch.Columns[subKeys[f]], rows, words);
    }

    private nint ResolveExact(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> subKeys, ReadOnlySpan<int> row, ulong word, ulong pair, Access access, out bool created)
    {
        Span<ulong> differ = stackalloc ulong[1];
        created = false;
        if (access == Access.Write) _pairs.Reserve(1);
        var e = _pairs.Start(pair);
        for (; e->Record != 0; e = _pairs.Next(e))
        {
            if (e->Hash != pair) continue;
            differ[0] = 0;
            var record = new ReadOnlySpan<nint>(in e->Record);
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, record, differ);
            for (int f = 0; f < SubKeyFields.Length; f++) SubKeyFields[f].Compare(batch.Columns[subKeys[f]], row, record, differ);
            if (differ[0] == 0) return e->Record;
        }

        if (access == Access.Read) return 0;
        nint r = Create(e, word, pair);
        Enter(batch, keys, subKeys, row, new ReadOnlySpan<nint>(in r));
        created = true;
        return r;
    }

    private nint FirstExact(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong word)
    {
        Span<ulong> differ = stackalloc ulong[1];
        for (var e = _keys.Start(word); e->Record != 0; e = _keys.Next(e))
        {
            if (e->Hash != word) continue;
            differ[0] = 0;
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in e->Record), differ);
            if (differ[0] == 0) return e->Record;
        }

        return 0;
    }
}
