using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Aggregates OVER (PARTITION BY keys ORDER BY anything ROWS or RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), kept up to date: a row that comes or goes changes the
/// results of all rows behind it. All rows are kept with their results; a key that changes is summed up anew. Output: the input's columns, then the results.
/// </summary>
/// <param name="Rows">rows that are equal in the order do not see each other.</param>
/// <param name="Retracts">whether rows may be taken away.</param>
/// <param name="Before">whether the old row is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which a row is forgotten; 0 = never.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all.</param>
[Operator("over_any_order")]
public sealed record OverAnyOrderSpec(
    Schema Output, ImmutableArray<int> Keys, ImmutableArray<SortColumn> Order, bool Rows, ImmutableArray<AggregateCall> Calls, bool Retracts, bool Before, long TtlMs = 0,
    ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0]), SumState(inputs[0])];

    public override Operator Create() => new OverAnyOrder(this);

    public override string Describe() =>
        $"OverAnyOrder(partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[{string.Join(", ", Order)}], {(Rows ? "rows" : "range")}, select=[{string.Join(", ", Calls)}]"
        + $"{(Retracts ? ", retracts" : "")}{(Before ? ", before" : "")}{(TtlMs > 0 ? $", ttl=[{TtlMs} ms]" : "")})";

    internal Schema Results(Schema input) => new(Output.Fields[input.Count..]);

    /// <summary>Rows in their order; values: other columns, results, and a hash of the row where rows are taken away.</summary>
    internal StateSpec RowState(Schema input)
    {
        var spec = SortedRows.Spec("rows", input, Keys, Order, Retracts, TtlMs);
        int others = JoinSide.Others(input, Keys).Length;
        return spec with { Value = new Schema([.. spec.Value.Fields[..others], .. Results(input).Fields, .. spec.Value.Fields[others..]]) };
    }

    /// <summary>The aggregates while a key is summed up; empty between steps.</summary>
    internal StateSpec SumState(Schema input) => new("sums", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, new Accumulators(Calls).State, Ttl.None);
}

public sealed class OverAnyOrder(OverAnyOrderSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly Accumulators _calls = new(spec.Calls);
    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private readonly int[] _keys = [.. spec.Keys];
    private readonly ulong[] _entryHashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[1];
    private readonly ulong[] _isNew = new ulong[1];
    private readonly nint[] _peers = new nint[Batch.MaxRows];
    private readonly nint[] _sameRecord = new nint[Batch.MaxRows];
    private readonly int[] _changed = new int[Batch.MaxRows];
    private readonly List<nint> _trees = [];
    private SortedRows _rows = null!;
    private ValueTable _sums = null!;
    private BatchBuilder _read = null!;
    private BatchBuilder _was = null!;
    private BatchBuilder _is = null!;
    private BatchBuilder _out = null!;
    private int _results;
    private int _firstResult;
    private int _at;
    private bool _each;
    private Batch? _batch;
    private int _next;
    private RowKind _come;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = new SortedRows(c.State.Sorted(spec.RowState(input)), input, spec.Keys, spec.Order, spec.Retracts);
        _sums = c.State.Value(spec.SumState(input));
        _calls.Bind(_sums.Layout, 0);
        _results = spec.Calls.Length;
        _firstResult = JoinSide.Others(input, spec.Keys).Length;
        var results = spec.Results(input);
        (_read, _was, _is, _out) = (new BatchBuilder(input), new BatchBuilder(results), new BatchBuilder(results), new BatchBuilder(spec.Output, withKinds: true));
        _each = c.EmitEach;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_at < _out.Count) Emit(o);
        if (_batch is not null && _at == _out.Count) Go(o);
        return _batch is not null || _at < _out.Count;
    }

    // One step is the whole batch, or one row when each change is to be seen.
    private void Go(Output o)
    {
        var rows = _batch!.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);
        var hashes = _hashes.Of(_batch);
        while (_next < rows.Length)
        {
            int n = _each ? 1 : rows.Length - _next;
            Step(_batch, rows.Slice(_next, n), hashes);
            _next += n;
            _at = 0;
            Emit(o);
            if (_at < _out.Count) return;
        }

        _batch = null;
    }

    private void Emit(Output o)
    {
        var builder = o.Builder();
        var batch = _out.Borrow();
        while (_at < _out.Count)
        {
            int n = Math.Min(_out.Count - _at, o.BatchSize - builder.Count);
            builder.AppendRange(batch, _at, n);
            _at += n;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }
    }

    private void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _out.Reset();
        _trees.Clear();
        _rows.Begin(batch, rows, hashes);
        for (int i = 0; i < rows.Length; i++)
        {
            // An entry's tag says that it has come in this step; a row that came and went was never seen.
            if (batch.KindAt(rows[i]).IsAdd()) _rows.Add(i, rows[i]);
            else if (_rows.Find(i, rows[i]) is var entry && entry != 0)
            {
                if (_rows.Table.TagOf(entry) == 0) Put(entry, RowKind.Delete);
                _rows.Remove(i, entry);
            }
            else continue;
            ref int note = ref SortedMapTable.NoteOf(_rows.Tree(i));
            if (note == 0) _trees.Add(_rows.Tree(i));
            note = 1;
        }

        _come = _each && batch.KindAt(rows[0]) == RowKind.UpdateAfter ? RowKind.UpdateAfter : RowKind.Insert;
        foreach (nint entry in _rows.Write()) _rows.Table.TagOf(entry) = 1;
        foreach (nint tree in _trees) SumUp(tree);
        _rows.Table.Settle();
    }

    private void Put(nint entry, RowKind kind)
    {
        var one = new ReadOnlySpan<nint>(in entry);
        _rows.Read(one, _out);
        for (int f = 0; f < _results; f++) _rows.Table.ValueFields[_firstResult + f].Read(one, _out.Columns[_rows.Columns + f]);
        _out.AppendKinds(1)[0] = (byte)kind;
        _out.Advance(1);
    }

    // The results of a key's rows anew; those that change leave.
    private void SumUp(nint tree)
    {
        if (SortedMapTable.First(tree) == 0) return;
        nint record = 0;
        for (nint e = SortedMapTable.First(tree), behind; e != 0; e = behind)
        {
            behind = _rows.Table.Next(e);
            while (!spec.Rows && behind != 0 && _rows.Table.SameOrder(e, behind)) behind = _rows.Table.Next(behind);
            for (nint peer = e; peer != behind;)
            {
                int n = Take(ref peer, behind);
                var batch = ReadPeers(n);
                if (record == 0)
                {
                    _sums.Resolve(batch, _keys, AllRows.AsSpan(0, 1), _entryHashes, Access.Write, _records, _isNew);
                    record = _records[0];
                }

                _sameRecord.AsSpan(0, n).Fill(record);
                _calls.Apply(_sums, batch, AllRows.AsSpan(0, n), _sameRecord.AsSpan(0, n), _entryHashes);
            }

            for (nint peer = e; peer != behind;)
            {
                int n = Take(ref peer, behind);
                ReadPeers(n);
                _is.Reset();
                _sameRecord.AsSpan(0, n).Fill(record);
                _calls.WriteResults(_sums, _sameRecord.AsSpan(0, n), _is, 0);
                _is.Advance(n);
                Replace(n);
            }
        }

        _sums.Remove(_records);
    }

    private int Take(ref nint from, nint behind)
    {
        int n = 0;
        for (; from != behind && n < Batch.MaxRows; from = _rows.Table.Next(from)) _peers[n++] = from;
        return n;
    }

    private Batch ReadPeers(int n)
    {
        _read.Reset();
        _was.Reset();
        var entries = _peers.AsSpan(0, n);
        _rows.Read(entries, _read);
        _read.Advance(n);
        for (int f = 0; f < _results; f++) _rows.Table.ValueFields[_firstResult + f].Read(entries, _was.Columns[f]);
        _was.Advance(n);
        for (int i = 0; i < n; i++) _entryHashes[i] = SortedMapTable.HashOf(entries[i]);
        return _read.Borrow();
    }

    private void Replace(int n)
    {
        var (was, now) = (_was.Borrow(), _is.Borrow());
        for (int i = 0; i < n; i++)
        {
            nint entry = _peers[i];
            ref int tag = ref _rows.Table.TagOf(entry);
            bool isNew = tag != 0;
            tag = 0;
            bool same = true;
            for (int f = 0; f < _results && same; f++) same = CellEquality.Same(was.Columns[f], i, now.Columns[f], i);
            if (same && !isNew) continue;
            if (!isNew && spec.Before) Put(entry, RowKind.UpdateBefore);
            _rows.Table.BeforeChange(entry);
            _changed[0] = i;
            for (int f = 0; f < _results; f++) _rows.Table.ValueFields[_firstResult + f].Write(now.Columns[f], _changed.AsSpan(0, 1), new ReadOnlySpan<nint>(in entry));
            Put(entry, isNew ? _come : RowKind.UpdateAfter);
        }
    }
}
