using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

// Trees come and go with their keys; entries end with their time.
public sealed unsafe partial class SortedMapTable
{
    private nint _oldest;
    private nint _newest;
    private bool _unsorted;

    private static nint KeyRecord(nint tree) => ((Tree*)tree)->First != 0 ? ((Tree*)tree)->First : ((Tree*)tree)->Spare;

    // A tree without entries, which an entry outside it gives its key.
    private void Create(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, IndexEntry* at, ulong word)
    {
        nint r = NewRecord();
        *(ulong*)r = word;
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in r));
        var t = NewTree(word);
        t->Spare = r;
        Touch(t);
        _keys.Add(at, word, (nint)t);
    }

    private nint ResolveExact(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong word, Access access)
    {
        Span<ulong> differ = stackalloc ulong[1];
        if (access == Access.Write) _keys.Reserve(1);
        var e = _keys.Start(word);
        for (; e->Record != 0; e = _keys.Next(e))
        {
            if (e->Hash != word) continue;
            differ[0] = 0;
            nint r = KeyRecord(e->Record);
            for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Compare(batch.Columns[keys[f]], row, new ReadOnlySpan<nint>(in r), differ);
            if (differ[0] == 0) return e->Record;
        }

        if (access == Access.Write) Create(batch, keys, row, e, word);
        return e->Record;
    }

    private Tree* NewTree(ulong word)
    {
        var t = (Tree*)_freeTree;
        if (t != null) _freeTree = t->Root;
        else
        {
            if (_chunkUsed + Tree.Bytes > TreeBytes)
            {
                _chunks.Add(Space.Pool.Allocate(TreeBytes));
                _chunkUsed = 0;
            }

            t = (Tree*)(_chunks[^1] + _chunkUsed);
            _chunkUsed += Tree.Bytes;
        }

        *t = new Tree { Word = word };
        return t;
    }

    private void Touch(Tree* t)
    {
        t->Touched = true;
        _touched.Add((nint)t);
    }

    private void Close(Tree* t)
    {
        (t->Touched, t->Note) = (false, 0);
        if (t->Spare != 0) FreeRecord(t->Spare);
        t->Spare = 0;
        if (t->Count > 0) return;
        _keys.Remove(_keys.Of(t->Word, (nint)t));
        t->Root = _freeTree;
        _freeTree = (nint)t;
    }

    private bool SameKey(nint a, nint b)
    {
        foreach (var f in KeyFields) if (!f.Same(a, b)) return false;
        return true;
    }

    // Entries with a time to live are a list, the first to end in front: their time is the same, so it is the order of writing.
    private ref nint Older(nint r) => ref *(nint*)(r + Links + SortedTree.LinkBytes);

    private ref nint Newer(nint r) => ref *(nint*)(r + Links + SortedTree.LinkBytes + 8);

    private ref long ExpiryOf(nint r) => ref *(long*)(r + Layout.ExpiryOffset);

    private void Live(nint r)
    {
        ExpiryOf(r) = _now() + _ttl;
        Append(r);
    }

    private void Append(nint r)
    {
        (Older(r), Newer(r)) = (_newest, 0);
        if (_newest != 0) Newer(_newest) = r;
        else _oldest = r;
        _newest = r;
    }

    private void Forget(nint r)
    {
        nint older = Older(r), newer = Newer(r);
        if (older != 0) Newer(older) = newer;
        else _oldest = newer;
        if (newer != 0) Older(newer) = older;
        else _newest = older;
    }

    private void Restored(nint r)
    {
        Append(r);
        _unsorted = true;
    }

    private void Expire()
    {
        if (_unsorted) SortByExpiry();
        long now = _now();
        if (_oldest == 0 || ExpiryOf(_oldest) > now) return;
        while (_oldest != 0 && ExpiryOf(_oldest) <= now) Remove((nint)_order.TreeOf(_oldest), _oldest);
        Settle();
    }

    // Once, after a restore: parts hold entries in no order.
    private void SortByExpiry()
    {
        var all = new List<nint>();
        for (nint r = _oldest; r != 0; r = Newer(r)) all.Add(r);
        (_oldest, _newest, _unsorted) = (0, 0, false);
        foreach (nint r in all.OrderBy(r => ExpiryOf(r))) Append(r);
    }
}
