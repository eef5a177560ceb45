using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// MIN or MAX over rows that may be taken back: (group key, value) → how many rows hold it. The record of the group keeps the extreme; when its last row goes, the next one is
/// sought among the group's values.
/// </summary>
internal sealed unsafe class ExtremeCall
{
    private readonly Aggregate _extreme;
    private readonly Aggregate _again;
    private readonly MapTable _values;
    private readonly int[] _keys;
    private readonly int[] _argument;
    private readonly BatchBuilder _candidates;
    private readonly ColumnBuilder _results;
    private readonly Column _resultView;
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly nint[] _entries = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _some = new int[Batch.MaxRows];
    private readonly nint[] _someRecords = new nint[Batch.MaxRows];
    private readonly nint[] _chunk = new nint[Batch.MaxRows];
    private readonly int[] _positions = [.. Enumerable.Range(0, Batch.MaxRows)];

    public ExtremeCall(Aggregate extreme, MapTable values, int[] keys)
    {
        (_extreme, _values, _keys) = (extreme, values, keys);
        _argument = [.. extreme.Call.Arguments];
        _again = FunctionCatalog.Bind(extreme.Call with { Arguments = [0] });
        _candidates = new BatchBuilder(values.Spec.SubKey!);
        _results = ColumnBuilder.Create(extreme.Call.Type);
        _resultView = Column.Create(extreme.Call.Type);
    }

    public static StateSpec State(string name, AggregateCall call, Schema key, Ttl ttl) => new(
        name, 1, StateKind.Map, key, Schema.Of(("value", call.ArgumentTypes[0])), Schema.Of(("count", SqlType.BigInt.NotNull)), ttl);

    public void Bind(RecordLayout layout) => _again.Bind(layout, _extreme.Field);

    /// <summary>Adds or takes away, as the row kinds say; a value that no row holds cannot be taken away.</summary>
    public void Apply(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, ReadOnlySpan<ulong> hashes)
    {
        int n = 0, added = 0;
        var argument = batch.Columns[_argument[0]];
        for (int i = 0; i < rows.Length; i++)
        {
            (_rows[n], _records[n]) = (rows[i], records[i]);
            n += argument.IsNull(rows[i]) ? 0 : 1;
        }

        if (n == 0) return;
        _values.Resolve(batch, _keys, _argument, _rows.AsSpan(0, n), hashes, Access.Write, _entries.AsSpan(0, n), _isNew);
        int count = _values.Layout.ValueOffsets[0];
        for (int i = 0; i < n; i++)
        {
            ref long holds = ref *(long*)(_entries[i] + count);
            bool adds = batch.KindAt(_rows[i]).IsAdd();
            (_some[added], _someRecords[added]) = (_rows[i], _records[i]);
            added += adds ? 1 : 0;
            holds += adds ? 1 : holds > 0 ? -1 : 0;
        }

        _extreme.Add(table, batch, _some.AsSpan(0, added), _someRecords.AsSpan(0, added));
        Forget(table, batch, n, hashes, count);
    }

    private void Forget(StoredTable table, Batch batch, int n, ReadOnlySpan<ulong> hashes, int count)
    {
        int gone = 0;
        for (int i = 0; i < n; i++)
        {
            ref long holds = ref *(long*)(_entries[i] + count);
            if (holds != 0) continue;

            // −1 marks an entry that is already on the list.
            holds = -1;
            (_entries[gone], _some[gone], _someRecords[gone]) = (_entries[i], _rows[i], _records[i]);
            gone++;
        }

        if (gone == 0) return;
        _values.Remove(_entries.AsSpan(0, gone));
        _results.Reset();
        _extreme.WriteResult(table, _someRecords.AsSpan(0, gone), _results);
        _results.Show(_resultView);
        int stale = 0;
        for (int i = 0; i < gone; i++)
        {
            bool was = CellEquality.Same(batch.Columns[_argument[0]], _some[i], _resultView, i);
            (_some[stale], _someRecords[stale]) = (_some[i], _someRecords[i]);
            stale += was ? 1 : 0;
        }

        if (stale == 0) return;
        _values.First(batch, _keys, _some.AsSpan(0, stale), hashes, _entries.AsSpan(0, stale));
        for (int i = 0; i < stale; i++) Seek(table, _someRecords[i], _entries[i]);
    }

    private void Seek(StoredTable table, nint record, nint entry)
    {
        for (int f = 0; f < _extreme.State.Length; f++) table.ValueFields[_extreme.Field + f].Zero(record);
        while (entry != 0)
        {
            int n = 0;
            for (; entry != 0 && n < _chunk.Length; entry = _values.Next(entry)) _chunk[n++] = entry;
            _candidates.Reset();
            _values.CopySubKeys(_chunk.AsSpan(0, n), _candidates, 0);
            _candidates.Advance(n);
            _records.AsSpan(0, n).Fill(record);
            _again.Add(table, _candidates.Borrow(), _positions.AsSpan(0, n), _records.AsSpan(0, n));
        }
    }
}
