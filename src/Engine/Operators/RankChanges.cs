using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// What a step changes at places first … last of the trees that it touches: their entries before the step are noted when a tree is first touched, and compared with those
/// behind it. Rows leave in pieces as the output has room; all entries, removed ones too, must stay readable until then.
/// </summary>
internal sealed class RankChanges(SortedRows rows, long first, long last, bool number, bool before)
{
    /// <summary>Trees are compared until so many changes wait.</summary>
    private const int Enough = Batch.MaxRows;

    private nint[] _trees = new nint[64];
    private int[] _starts = new int[64];
    private nint[] _old = new nint[256];
    private nint[] _entries = new nint[256];
    private byte[] _kinds = new byte[256];
    private long[] _places = new long[256];
    private int _treeCount;
    private int _oldCount;
    private int _nextTree;
    private int _count;
    private int _at;

    /// <summary>Whether rows are still to leave.</summary>
    public bool Pending => _nextTree < _treeCount || _at < _count;

    public void Begin() => (_treeCount, _oldCount, _nextTree, _count, _at) = (0, 0, 0, 0, 0);

    /// <summary>Before a tree's first change in this step.</summary>
    public void Touch(nint tree)
    {
        ref int note = ref SortedMapTable.NoteOf(tree);
        if (note != 0) return;
        note = 1;
        if (_treeCount == _trees.Length)
        {
            Array.Resize(ref _trees, _treeCount * 2);
            Array.Resize(ref _starts, _treeCount * 2);
        }

        (_trees[_treeCount], _starts[_treeCount++]) = (tree, _oldCount);
        long place = 1;
        for (nint e = SortedMapTable.First(tree); e != 0 && place <= last; e = rows.Table.Next(e), place++)
        {
            if (place < first) continue;
            if (_oldCount == _old.Length) Array.Resize(ref _old, _oldCount * 2);
            _old[_oldCount++] = e;
        }
    }

    /// <summary>Instead of comparing trees: an entry has gone that was there before the step. Before <see cref="Inserted"/>.</summary>
    public void Deleted(nint entry) => Put(entry, RowKind.Delete, 0);

    /// <summary>Instead of comparing trees: the entries that have come.</summary>
    public void Inserted(ReadOnlySpan<nint> entries)
    {
        foreach (nint e in entries) Put(e, RowKind.Insert, 0);
    }

    public void Emit(Output o)
    {
        var builder = o.Builder();
        while (true)
        {
            if (_at == _count)
            {
                (_at, _count) = (0, 0);
                while (_nextTree < _treeCount && _count < Enough) Compare(_nextTree++);
                if (_count == 0) return;
            }

            int n = Math.Min(_count - _at, o.BatchSize - builder.Count);
            Append(builder, n);
            _at += n;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }
    }

    private void Append(BatchBuilder to, int n)
    {
        var entries = _entries.AsSpan(_at, n);
        rows.Read(entries, to);
        if (number) _places.AsSpan(_at, n).CopyTo(to.Fixed<long>(rows.Columns).Append(n));
        if (to.HasKinds) _kinds.AsSpan(_at, n).CopyTo(to.AppendKinds(n));
        to.Advance(n);
    }

    private void Compare(int t)
    {
        var old = _old.AsSpan(_starts[t], (t + 1 < _treeCount ? _starts[t + 1] : _oldCount) - _starts[t]);
        nint now = SortedMapTable.First(_trees[t]);
        for (long place = 1; place < first && now != 0; place++) now = rows.Table.Next(now);
        if (number) Places(old, now);
        else Members(old, now);
    }

    private void Places(ReadOnlySpan<nint> old, nint now)
    {
        for (long place = first; place <= last; place++)
        {
            int at = (int)(place - first);
            nint was = at < old.Length ? old[at] : 0;
            if (was == 0 && now == 0) return;
            if (was != now)
            {
                if (was != 0 && now == 0) Put(was, RowKind.Delete, place);
                if (was != 0 && now != 0 && before) Put(was, RowKind.UpdateBefore, place);
                if (now != 0) Put(now, was == 0 ? RowKind.Insert : RowKind.UpdateAfter, place);
            }

            if (now != 0) now = rows.Table.Next(now);
        }
    }

    // Entries that are members now get a tag; members of before without it have left, those whose tag nobody takes are new.
    private void Members(ReadOnlySpan<nint> old, nint from)
    {
        nint e = from;
        for (long place = first; place <= last && e != 0; place++, e = rows.Table.Next(e)) rows.Table.TagOf(e) = 1;
        foreach (nint was in old)
        {
            if (rows.Table.TagOf(was) == 0) Put(was, RowKind.Delete, 0);
            else rows.Table.TagOf(was) = 2;
        }

        e = from;
        for (long place = first; place <= last && e != 0; place++, e = rows.Table.Next(e))
        {
            ref int tag = ref rows.Table.TagOf(e);
            if (tag == 1) Put(e, RowKind.Insert, 0);
            tag = 0;
        }
    }

    private void Put(nint entry, RowKind kind, long place)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
            Array.Resize(ref _kinds, _count * 2);
            Array.Resize(ref _places, _count * 2);
        }

        (_entries[_count], _kinds[_count], _places[_count]) = (entry, (byte)kind, place);
        _count++;
    }
}
