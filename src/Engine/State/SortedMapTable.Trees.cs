using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

// Trees come and go with their keys; entries end with their time.
public sealed unsafe partial class SortedMapTable
{
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

    private void Expire()
    {
        if (_expiry.Ended() == 0) return;
        for (nint r; (r = _expiry.Ended()) != 0;) Remove((nint)_order.TreeOf(r), r);
        Settle();
    }
}
