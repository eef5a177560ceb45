using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Inner join of two inputs, port 0 and 1, on equal keys; both sides are kept, for ever or for a time. Each row meets the rows of the other side that are there when it comes; a pair has
/// the kind of the later row, so updating inputs give an updating output. NULL keys match nothing. Output: left columns, then right columns.
/// </summary>
/// <param name="LeftKeys">key columns of port 0.</param>
/// <param name="RightKeys">key columns of port 1, of the same types (nullability apart).</param>
/// <param name="Changelog">whether an input may hold updates and deletes.</param>
/// <param name="LeftRouting">columns by which port 0 is distributed, some of its keys; none: all.</param>
/// <param name="RightRouting">likewise of port 1, in the same order.</param>
/// <param name="LeftTtlMs">ms of processing time after which a row of port 0 that does not come again is forgotten; 0 = never.</param>
/// <param name="RightTtlMs">likewise of port 1.</param>
[Operator("equi_join")]
public sealed record EquiJoinSpec(
    Schema Output, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, bool Changelog = false, ImmutableArray<int> LeftRouting = default, ImmutableArray<int> RightRouting = default,
    long LeftTtlMs = 0, long RightTtlMs = 0) : OperatorSpec(Output)
{
    /// <summary>Columns of port 0 of which no two rows are equal at a time, so that an update or delete finds its row by them; none: not known.</summary>
    public ImmutableArray<int> LeftUnique { get; init; } = [];

    /// <summary>Likewise of port 1.</summary>
    public ImmutableArray<int> RightUnique { get; init; } = [];

    public ImmutableArray<int> LeftRouting { get; init; } = LeftRouting.IsDefault ? [] : LeftRouting;

    public ImmutableArray<int> RightRouting { get; init; } = RightRouting.IsDefault ? [] : RightRouting;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => Counts
        ? [JoinSide.State("left", inputs[0], LeftKeys, LeftUnique, LeftTtlMs), JoinSide.State("right", inputs[1], RightKeys, RightUnique, RightTtlMs)]
        : [WindowJoinSpec.SideState("left", inputs[0], LeftKeys), WindowJoinSpec.SideState("right", inputs[1], RightKeys)];

    public override Operator Create() => Counts ? new EquiJoin(this) : new AppendJoin(this);

    public override string Describe() => $"EquiJoin(type=[INNER], on=[{JoinTypes.On(LeftKeys, RightKeys)}]{JoinTypes.Unique(LeftUnique, RightUnique)}{JoinTypes.Ttls(LeftTtlMs, RightTtlMs)})";

    /// <summary>Whether sides are multisets: rows may be taken away, or end one by one (equal rows end together, as in Flink).</summary>
    private bool Counts => Changelog || LeftTtlMs > 0 || RightTtlMs > 0;
}

public sealed class EquiJoin(EquiJoinSpec spec) : Operator
{
    private readonly JoinSide[] _sides = new JoinSide[2];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _found = new nint[Batch.MaxRows];
    private readonly int[] _pairRows = new int[Batch.MaxRows];
    private readonly nint[] _pairRecords = new nint[Batch.MaxRows];
    private int _rowCount;

    // What is owed: rows from _next on of the batch in hand, of row _next the entries from _record on, of that entry _copies more.
    private Batch? _batch;
    private int _port;
    private int _next;
    private nint _record;
    private long _copies;

    // Result columns of a regular join are no time attributes, so where in a batch a mark stands matters to nobody behind it.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => spec.Changelog;

    public override void Open(OperatorContext c)
    {
        var states = spec.States(c.Inputs);
        _sides[0] = new JoinSide(c.State.Map(states[0]), new SideColumns(c.Inputs[0], spec.LeftKeys, 0, spec.LeftUnique), new SideHashes(spec.LeftKeys, spec.LeftRouting), !spec.LeftUnique.IsEmpty);
        _sides[1] = new JoinSide(c.State.Map(states[1]), new SideColumns(c.Inputs[1], spec.RightKeys, c.Inputs[0].Count, spec.RightUnique), new SideHashes(spec.RightKeys, spec.RightRouting), !spec.RightUnique.IsEmpty);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var own = _sides[port];
        var other = _sides[1 - port];
        _rowCount = own.Columns.Rows(input, withKeys: true, _rows);
        if (_rowCount == 0) return;
        var rows = _rows.AsSpan(0, _rowCount);
        var hashes = own.Hashes(input);
        own.Apply(input, rows, hashes);
        other.Table.First(input, own.Columns.Keys, rows, hashes, _found);
        (_batch, _port, _next) = (input, port, 0);
        (_record, _copies) = Entry(_found[0], other);
        Emit(o);
    }

    public override bool Resume(Output o)
    {
        if (_batch is not null) Emit(o);
        return _batch is not null;
    }

    private static (nint Record, long Copies) Entry(nint record, JoinSide side) => (record, record == 0 ? 0 : side.CountOf(record));

    private void Emit(Output o)
    {
        var builder = o.Builder();
        while (_batch is not null)
        {
            int n = Collect(o.BatchSize - builder.Count);
            if (n > 0)
            {
                var rows = _pairRows.AsSpan(0, n);
                _sides[_port].Columns.Gather(_batch, rows, builder);
                _sides[1 - _port].Columns.Read(_sides[1 - _port].Table, _pairRecords.AsSpan(0, n), builder);
                Kinds(_batch, rows, builder);
                builder.Advance(n);
            }

            if (_next == _rowCount) _batch = null;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return;
        }
    }

    // The next pairs: row of the batch and entry of the other side.
    private int Collect(int room)
    {
        var other = _sides[1 - _port];
        int n = 0;
        while (_next < _rowCount)
        {
            for (; _copies > 0; _copies--)
            {
                if (n == room) return n;
                _pairRows[n] = _rows[_next];
                _pairRecords[n++] = _record;
            }

            if (_record != 0) (_record, _copies) = Entry(other.Table.Next(_record), other);
            if (_record != 0) continue;
            if (++_next < _rowCount) (_record, _copies) = Entry(_found[_next], other);
        }

        return n;
    }

    internal static void Kinds(Batch batch, ReadOnlySpan<int> rows, BatchBuilder builder)
    {
        if (!builder.HasKinds || !batch.HasKinds) return;
        var kinds = builder.AppendKinds(rows.Length);
        for (int i = 0; i < rows.Length; i++) kinds[i] = (byte)batch.KindAt(rows[i]);
    }
}
