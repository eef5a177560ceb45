using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// GROUP BY keys without a window, kept for ever: the first row of a key gives an insert, later ones updates where a result changed, the last one retracted a delete.
/// The net change per key and batch goes out; with <c>emit = each</c> that of every row. Without calls it is DISTINCT. Output: keys, then results.
/// </summary>
/// <param name="Keys">key columns; none = one group, which no row makes.</param>
/// <param name="Retracts">whether input rows carry kinds.</param>
/// <param name="Before">whether an update says the row before (-U).</param>
[Operator("group_aggregate")]
public sealed record GroupAggregateSpec(Schema Output, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, bool Retracts, bool Before) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [GroupState(inputs[0])];

    public override Operator Create() => new GroupAggregate(this);

    public override string Describe() =>
        $"GroupAggregate(groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}]{(Retracts ? ", retracts" : "")}{(Before ? ", before" : "")})";

    /// <summary>Rows of the group, a mark that is 0 between batches, the states of the calls.</summary>
    internal StateSpec GroupState(Schema input)
    {
        var value = new Schema([new Field("rows", SqlType.BigInt.NotNull), new Field("mark", SqlType.BigInt.NotNull), .. new Accumulators(Calls).State.Fields]);
        return new StateSpec("groups", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, value, Ttl.None);
    }
}

public sealed unsafe class GroupAggregate(GroupAggregateSpec spec) : Operator
{
    private readonly Accumulators _calls = new(spec.Calls);
    private readonly int[] _keys = [.. spec.Keys];
    private readonly int[] _all = [.. Enumerable.Range(0, Batch.MaxRows)];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];

    // The distinct groups of a batch, and where their results before and after it lie in the builders; −1 = the group had, or has, no rows.
    private readonly nint[] _groups = new nint[Batch.MaxRows];
    private readonly int[] _had = new int[Batch.MaxRows];
    private readonly int[] _has = new int[Batch.MaxRows];
    private readonly nint[] _live = new nint[Batch.MaxRows];
    private readonly BatchBuilder _before = new(spec.Output);
    private readonly BatchBuilder _after = new(spec.Output);
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly RowKind[] _kinds = new RowKind[Batch.MaxRows];
    private ValueTable _table = null!;
    private int _rowsOffset;
    private int _markOffset;
    private bool _each;

    // Results are no time attributes: where in a batch a mark stands matters to nobody behind.
    public override bool TakesMarks => true;

    public override bool EmitsKinds => spec.Retracts || !spec.Calls.IsEmpty;

    public override void Open(OperatorContext c)
    {
        _table = c.State.Value(spec.GroupState(c.Inputs[0]));
        _rowsOffset = _table.Layout.ValueOffsets[0];
        _markOffset = _table.Layout.ValueOffsets[1];
        _calls.Bind(_table.Layout, 2);
        _each = c.EmitEach;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        ReadOnlySpan<int> rows = input.Selection is { } selection ? selection.Rows : _all.AsSpan(0, input.Length);
        var hashes = KeyHashes.Of(input, _keys, _hashes);
        if (!_each) Apply(input, rows, hashes, o);
        else for (int i = 0; i < rows.Length; i++) Apply(input, rows.Slice(i, 1), hashes, o);
    }

    private void Apply(Batch input, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Output o)
    {
        if (rows.IsEmpty) return;
        var records = _records.AsSpan(0, rows.Length);
        _table.Resolve(input, _keys, rows, hashes, Access.Write, records, _isNew);
        int groups = Distinct(records);
        Results(groups, _before, _had);
        for (int i = 0; i < rows.Length; i++) *(long*)(records[i] + _rowsOffset) += input.KindAt(rows[i]).IsAdd() ? 1 : -1;
        _calls.Apply(_table, input, rows, records);
        Results(groups, _after, _has);
        Emit(groups, o);
        int gone = 0;
        for (int g = 0; g < groups; g++)
        {
            *(long*)(_groups[g] + _markOffset) = 0;
            if (_has[g] < 0) _live[gone++] = _groups[g];
        }

        _table.Remove(_live.AsSpan(0, gone));
    }

    // A record met for the first time in this batch has mark 0.
    private int Distinct(ReadOnlySpan<nint> records)
    {
        int n = 0;
        foreach (nint record in records)
        {
            if (*(long*)(record + _markOffset) != 0) continue;
            *(long*)(record + _markOffset) = 1;
            _groups[n++] = record;
        }

        return n;
    }

    private void Results(int groups, BatchBuilder to, int[] at)
    {
        to.Reset();
        int n = 0;
        for (int g = 0; g < groups; g++)
        {
            bool live = *(long*)(_groups[g] + _rowsOffset) > 0;
            at[g] = live ? n : -1;
            if (live) _live[n++] = _groups[g];
        }

        if (n == 0) return;
        _table.CopyKeys(_live.AsSpan(0, n), to, 0);
        _calls.WriteResults(_table, _live.AsSpan(0, n), to, _keys.Length);
        to.Advance(n);
    }

    // What is taken back first, then what is new: of one key, in that order.
    private void Emit(int groups, Output o)
    {
        Batch before = _before.Borrow(), after = _after.Borrow();
        int n = 0;
        for (int g = 0; g < groups; g++)
        {
            if (_had[g] < 0) continue;
            bool changed = _has[g] < 0 || !RowEquality.Equal(before, _had[g], after, _has[g], _keys.Length);
            if (!changed) _had[g] = int.MaxValue; // neither half goes out
            if (!changed || (_has[g] >= 0 && !spec.Before)) continue;
            _rows[n] = _had[g];
            _kinds[n++] = _has[g] < 0 ? RowKind.Delete : RowKind.UpdateBefore;
        }

        Write(before, n, o);
        n = 0;
        for (int g = 0; g < groups; g++)
        {
            if (_has[g] < 0 || _had[g] == int.MaxValue) continue;
            _rows[n] = _has[g];
            _kinds[n++] = _had[g] < 0 ? RowKind.Insert : RowKind.UpdateAfter;
        }

        Write(after, n, o);
    }

    private void Write(Batch from, int count, Output o)
    {
        var builder = o.Builder();
        for (int done = 0; done < count;)
        {
            int n = Math.Min(count - done, o.BatchSize - builder.Count);
            var rows = _rows.AsSpan(done, n);
            for (int c = 0; c < from.Columns.Length; c++) builder.Columns[c].Gather(from.Columns[c], rows);
            if (builder.HasKinds)
            {
                var kinds = builder.AppendKinds(n);
                for (int i = 0; i < n; i++) kinds[i] = (byte)_kinds[done + i];
            }

            builder.Advance(n);
            done += n;
            if (builder.Count == o.BatchSize) builder = o.Emit();
        }
    }
}

/// <summary>Whether two rows hold the same values; NULL equals NULL, NaN equals NaN.</summary>
internal static class RowEquality
{
    /// <param name="first">columns before this one are known to be equal.</param>
    public static bool Equal(Batch a, int rowA, Batch b, int rowB, int first)
    {
        for (int c = first; c < a.Columns.Length; c++)
        {
            bool null1 = a.Columns[c].IsNull(rowA), null2 = b.Columns[c].IsNull(rowB);
            if (null1 != null2 || (!null1 && !Equal(a.Columns[c], rowA, b.Columns[c], rowB))) return false;
        }

        return true;
    }

    private static bool Equal(Column a, int rowA, Column b, int rowB) => a switch
    {
        FixedColumn<long> x => x.Values[rowA] == ((FixedColumn<long>)b).Values[rowB],
        FixedColumn<int> x => x.Values[rowA] == ((FixedColumn<int>)b).Values[rowB],
        FixedColumn<Int128> x => x.Values[rowA] == ((FixedColumn<Int128>)b).Values[rowB],
        FixedColumn<double> x => x.Values[rowA].Equals(((FixedColumn<double>)b).Values[rowB]),
        FixedColumn<float> x => x.Values[rowA].Equals(((FixedColumn<float>)b).Values[rowB]),
        FixedColumn<short> x => x.Values[rowA] == ((FixedColumn<short>)b).Values[rowB],
        FixedColumn<byte> x => x.Values[rowA] == ((FixedColumn<byte>)b).Values[rowB],
        TextColumn x => x[rowA].SequenceEqual(((TextColumn)b)[rowB]),
        // Collections are not compared: a change is assumed.
        _ => false,
    };
}
