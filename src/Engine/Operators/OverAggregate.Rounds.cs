using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

// Rows leave in rounds: the next one of each key (with RANGE the next ones of one time), so that aggregates see many keys at once and still each row in its turn.
public sealed unsafe partial class OverAggregate
{
    private readonly List<nint> _trees = [];
    private readonly List<nint> _firsts = [];
    private readonly nint[] _chunkTrees = new nint[Batch.MaxRows];
    private readonly nint[] _cursors = new nint[Batch.MaxRows];
    private readonly nint[] _sumRecords = new nint[Batch.MaxRows];
    private nint[] _come = new nint[Batch.MaxRows];
    private nint[] _comeRecords = new nint[Batch.MaxRows];
    private nint[] _go = new nint[Batch.MaxRows];
    private nint[] _goRecords = new nint[Batch.MaxRows];
    private int _comeCount;
    private int _goCount;
    private int _nextTree;
    private int _active;
    private bool _running;

    // Begins with a key's first row that leaves, unless the key is listed.
    private void Enter(nint entry)
    {
        nint tree = _sorted.Table.TreeOf(entry);
        ref int note = ref SortedMapTable.NoteOf(tree);
        if (note != 0) return;
        note = 1;
        _trees.Add(tree);
        _firsts.Add(entry);
    }

    private void Run(Output o)
    {
        if (!_running) foreach (nint tree in _trees) SortedMapTable.NoteOf(tree) = 0;
        _running = true;
        while (_active > 0 || NextChunk())
        {
            Round();
            Sum();
            Emit(o);
            if (!spec.Bounded) for (int i = 0; i < _comeCount; i++) _sorted.Remove(_sorted.Table.TreeOf(_come[i]), _come[i]);
            _sorted.Table.Settle();
            if (o.Full) return;
        }

        _trees.Clear();
        _firsts.Clear();
        (_running, _nextTree) = (false, 0);
        if (!spec.Arrival) o.Advance(_watermark);
    }

    private bool NextChunk()
    {
        int n = Math.Min(_trees.Count - _nextTree, Batch.MaxRows);
        if (n == 0) return false;
        for (int i = 0; i < n; i++) (_chunkTrees[i], _cursors[i]) = (_trees[_nextTree + i], _firsts[_nextTree + i]);
        _nextTree += n;
        var batch = Read(_cursors.AsSpan(0, n), _added);
        _sums.Resolve(batch, _keys, AllRows.AsSpan(0, n), _entryHashes, Access.Write, _sumRecords, _isNew);
        for (int i = 0; i < n; i++) if (Bitmap.Get(_isNew, i)) LastOf(_sumRecords[i]) = long.MinValue;
        _active = n;
        return true;
    }

    // What comes and what goes in this round; keys that have nothing more leave the list.
    private void Round()
    {
        (_comeCount, _goCount) = (0, 0);
        int active = 0;
        for (int i = 0; i < _active; i++)
        {
            nint tree = _chunkTrees[i], record = _sumRecords[i], entry = _cursors[i];
            long time = spec.Time < 0 ? 0 : TimeOf(entry);
            if (spec.Bounded) LetGo(tree, record, time);
            do
            {
                Put(ref _come, ref _comeRecords, ref _comeCount, entry, record);
                CountOf(record)++;
                entry = _sorted.Table.Next(entry);
            }
            while (!spec.Rows && !spec.Arrival && entry != 0 && TimeOf(entry) == time);
            LastOf(record) = time;
            if (entry == 0 || (!spec.Arrival && TimeOf(entry) > _watermark)) continue;
            (_chunkTrees[active], _sumRecords[active], _cursors[active]) = (tree, record, entry);
            active++;
        }

        _active = active;
    }

    // Rows that the row to come does not see any more.
    private void LetGo(nint tree, nint record, long time)
    {
        for (nint oldest = SortedMapTable.First(tree); CountOf(record) > 0; oldest = SortedMapTable.First(tree))
        {
            bool stays = spec.Rows ? CountOf(record) <= spec.Preceding : TimeOf(oldest) >= time - spec.Preceding;
            if (stays) return;
            Put(ref _go, ref _goRecords, ref _goCount, oldest, record);
            CountOf(record)--;
            _sorted.Remove(tree, oldest);
        }
    }

    private static void Put(ref nint[] entries, ref nint[] records, ref int count, nint entry, nint record)
    {
        if (count == entries.Length)
        {
            Array.Resize(ref entries, count * 2);
            Array.Resize(ref records, count * 2);
        }

        (entries[count], records[count]) = (entry, record);
        count++;
    }

    private void Sum()
    {
        for (int at = 0; at < _goCount; at += Batch.MaxRows) Apply(_go, _goRecords, at, Math.Min(_goCount - at, Batch.MaxRows), _taken);
        for (int at = 0; at < _comeCount; at += Batch.MaxRows) Apply(_come, _comeRecords, at, Math.Min(_comeCount - at, Batch.MaxRows), _added);
    }

    private void Apply(nint[] entries, nint[] records, int at, int n, BatchBuilder builder) =>
        _calls.Apply(_sums, Read(entries.AsSpan(at, n), builder), AllRows.AsSpan(0, n), records.AsSpan(at, n), _entryHashes);

    private void Emit(Output o)
    {
        var builder = o.Builder();
        for (int at = 0, n; at < _comeCount; at += n)
        {
            n = Math.Min(_comeCount - at, o.BatchSize - builder.Count);
            _sorted.Read(_come.AsSpan(at, n), builder);
            _calls.WriteResults(_sums, _comeRecords.AsSpan(at, n), builder, _sorted.Columns);
            builder.Advance(n);
            if (builder.Count == o.BatchSize) builder = o.Emit();
        }
    }
}
