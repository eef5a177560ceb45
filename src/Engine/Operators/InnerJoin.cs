using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Inner equi-join of two inputs that may be updated: each side is kept as a multiset of rows by key, and a row meets all rows of the other side that have its key.
/// A key with a NULL meets nothing. Output: left columns, right columns, the kind of the row that came. Other conditions are a filter behind it.
/// </summary>
/// <param name="LeftKeys">columns of the left input.</param>
/// <param name="RightKeys">as many columns of the right input, of the same types.</param>
/// <param name="Changelog">whether rows may be taken back.</param>
[Operator("inner_join")]
public sealed record InnerJoinSpec(Schema Output, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, bool Changelog) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [Side("left", inputs[0], LeftKeys), Side("right", inputs[1], RightKeys)];

    public override Operator Create() => new InnerJoin(this);

    public override string Describe() =>
        $"Join(joinType=[InnerJoin], where=[{string.Join(" AND ", LeftKeys.Zip(RightKeys, (l, r) => $"left.${l} = right.${r}"))}])";

    public bool Equals(InnerJoinSpec? other) =>
        other is not null && Output == other.Output && Changelog == other.Changelog && LeftKeys.AsSpan().SequenceEqual(other.LeftKeys.AsSpan())
        && RightKeys.AsSpan().SequenceEqual(other.RightKeys.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Output, LeftKeys.Length, Changelog);

    // The sub-key is the whole row: equal rows are one entry with a count.
    private static StateSpec Side(string name, Schema input, ImmutableArray<int> keys) =>
        new(name, 1, StateKind.Map, input.Select(keys.AsSpan()), input, Schema.Of(("count", SqlType.BigInt.NotNull)), Ttl.None);
}

public sealed class InnerJoin(InnerJoinSpec spec) : Operator
{
    private readonly int[][] _keys = [[.. spec.LeftKeys], [.. spec.RightKeys]];
    private readonly MapTable[] _sides = new MapTable[2];
    private readonly int[][] _columns = new int[2][];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _own = new nint[Batch.MaxRows];
    private readonly nint[] _matches = new nint[Batch.MaxRows];
    private readonly int[] _outRows = new int[Batch.MaxRows];
    private readonly nint[] _outRecords = new nint[Batch.MaxRows];
    private Batch? _input;
    private int _port;
    private int _count;
    private int _at;
    private long _copies;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => spec.Changelog;

    public override void Open(OperatorContext c)
    {
        var states = spec.States(c.Inputs);
        for (int p = 0; p < 2; p++)
        {
            _sides[p] = c.State.Map(states[p]);
            _columns[p] = [.. Enumerable.Range(0, c.Inputs[p].Count)];
        }
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        _count = KeyedRows(input, _keys[port]);
        if (_count == 0) return;
        var rows = _rows.AsSpan(0, _count);
        var hashes = KeyHashes.Of(input, _keys[port], _hashes);
        _sides[port].Resolve(input, _keys[port], _columns[port], rows, hashes, Access.Write, _own.AsSpan(0, _count), _isNew);
        Keep(_sides[port], input);
        _sides[1 - port].First(input, _keys[port], rows, hashes, _matches.AsSpan(0, _count));
        (_input, _port, _at, _copies) = (input, port, 0, 0);
        Emit(o);
    }

    public override bool Resume(Output o)
    {
        if (_input is not null) Emit(o);
        return _input is not null;
    }

    // The rows that count and whose key has no NULL.
    private int KeyedRows(Batch input, int[] keys)
    {
        int n = 0;
        for (int i = 0; i < input.Count; i++)
        {
            int row = input.Selection is { } s ? s.Rows[i] : i;
            bool isNull = false;
            foreach (int k in keys) isNull |= input.Columns[k].IsNull(row);
            _rows[n] = row;
            if (!isNull) n++;
        }

        return n;
    }

    // Counts the rows of this side; an entry that nobody holds any more is removed.
    private unsafe void Keep(MapTable side, Batch input)
    {
        int offset = side.Layout.ValueOffsets[0];
        bool gone = false;
        for (int i = 0; i < _count; i++)
        {
            long* count = (long*)(_own[i] + offset);
            *count += input.KindAt(_rows[i]).IsAdd() ? 1 : -1;
            gone |= *count <= 0;
        }

        if (!gone) return;
        int n = 0;
        for (int i = 0; i < _count; i++)
        {
            long* count = (long*)(_own[i] + offset);
            if (*count > 0 || *count == long.MinValue) continue;
            *count = long.MinValue;
            _own[n++] = _own[i];
        }

        side.Remove(_own.AsSpan(0, n));
    }

    // Goes on at row _at, of whose current match _copies rows are out, until the input is done or the output is full.
    private unsafe void Emit(Output o)
    {
        var other = _sides[1 - _port];
        int offset = other.Layout.ValueOffsets[0];
        while (_at < _count)
        {
            var builder = o.Builder();
            int room = Math.Min(o.BatchSize, Batch.MaxRows) - builder.Count;
            int n = 0;
            while (n < room && _at < _count)
            {
                nint match = _matches[_at];
                if (match == 0)
                {
                    _at++;
                    continue;
                }

                for (long copies = *(long*)(match + offset); _copies < copies && n < room; _copies++) (_outRows[n], _outRecords[n++]) = (_rows[_at], match);
                if (_copies < *(long*)(match + offset)) break;
                _copies = 0;
                _matches[_at] = other.Next(match);
            }

            Write(builder, other, n);
            if (builder.Count < o.BatchSize) continue;
            o.Emit();
            if (o.Full && _at < _count) return;
        }

        _input = null;
    }

    private void Write(BatchBuilder builder, MapTable other, int n)
    {
        if (n == 0) return;
        int mine = _port == 0 ? 0 : _columns[0].Length;
        int theirs = _port == 0 ? _columns[0].Length : 0;
        for (int c = 0; c < _columns[_port].Length; c++) builder.Columns[mine + c].Gather(_input!.Columns[c], _outRows.AsSpan(0, n));
        other.CopySubKeys(_outRecords.AsSpan(0, n), builder, theirs);
        if (spec.Changelog)
        {
            var kinds = builder.AppendKinds(n);
            for (int i = 0; i < n; i++) kinds[i] = (byte)_input!.KindAt(_outRows[i]);
        }

        builder.Advance(n);
    }
}
