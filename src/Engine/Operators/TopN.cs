using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY order) BETWEEN first AND last: the rows of each key at these places, kept up to date; of equal rows the first to come is
/// before the others. Also ORDER BY … LIMIT (no keys), and LIMIT over updates (no order: by arrival). With inserts only it keeps the first <paramref name="Last"/> rows of a
/// key, else all. With the number each place is updated, without it rows are inserted and deleted. Output: the input's columns, then the number (BIGINT) if wanted.
/// </summary>
/// <param name="First">first place wanted, from 1.</param>
/// <param name="Last">last place wanted.</param>
/// <param name="Retracts">whether rows may be taken away: all must be kept.</param>
/// <param name="Before">whether the old row of a place is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which a row is forgotten; 0 = never.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all.</param>
[Operator("top_n")]
public sealed record TopNSpec(
    Schema Output, ImmutableArray<int> Keys, ImmutableArray<SortColumn> Order, long First, long Last, bool WithNumber, bool Retracts, bool Before, long TtlMs = 0,
    ImmutableArray<int> Routing = default) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [RowState(inputs[0])];

    public override Operator Create() => new TopN(this);

    public override string Describe() =>
        $"TopN(partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}], order=[{string.Join(", ", Order)}], rows=[{First}..{Last}]{(WithNumber ? ", number" : "")}"
        + $"{(Retracts ? ", retracts" : "")}{(Before ? ", before" : "")}{(TtlMs > 0 ? $", ttl=[{TtlMs} ms]" : "")})";

    internal StateSpec RowState(Schema input) => SortedRows.Spec("rows", input, Keys, Order, Retracts, TtlMs);
}

public sealed class TopN(TopNSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    // All rows that are kept are shown, without places: what comes and goes is what changes.
    private readonly bool _direct = !spec.Retracts && !spec.WithNumber && spec.First == 1;
    private readonly SideHashes _hashes = new(spec.Keys, spec.Routing);
    private SortedRows _rows = null!;
    private RankChanges _changes = null!;
    private bool _each;
    private Batch? _batch;
    private int _next;

    // What was the time attribute is none behind an operator that updates.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => true;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _rows = new SortedRows(c.State.Sorted(spec.RowState(input)), input, spec.Keys, spec.Order, spec.Retracts);
        _changes = new RankChanges(_rows, spec.First, spec.Last, spec.WithNumber, spec.Before);
        _each = c.EmitEach;
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_changes.Pending) Emit(o);
        if (_batch is not null && !_changes.Pending) Go(o);
        return _batch is not null || _changes.Pending;
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
            Emit(o);
            if (_changes.Pending) return;
        }

        _batch = null;
    }

    private void Emit(Output o)
    {
        _changes.Emit(o);
        if (!_changes.Pending) _rows.Table.Settle();
    }

    private void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        _rows.Begin(batch, rows, hashes);
        _changes.Begin();
        if (!spec.Retracts) _rows.PrefetchLast(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            if (!spec.Retracts) AddBest(i, rows[i]);
            else if (batch.KindAt(rows[i]).IsAdd())
            {
                _changes.Touch(_rows.Tree(i));
                _rows.Add(i, rows[i]);
            }
            else if (_rows.Find(i, rows[i]) is var entry && entry != 0)
            {
                _changes.Touch(_rows.Tree(i));
                _rows.Remove(i, entry);
            }
        }

        var added = _rows.Write();
        if (_direct) _changes.Inserted(added);
    }

    // What is behind the last place cannot come back to it.
    private void AddBest(int i, int row)
    {
        nint tree = _rows.Tree(i);
        bool full = SortedMapTable.CountOf(tree) >= spec.Last;
        if (full && _rows.Compare(i, SortedMapTable.Last(tree)) >= 0) return;
        if (!_direct) _changes.Touch(tree);
        _rows.Add(i, row);
        if (!full) return;
        nint beaten = SortedMapTable.Last(tree);
        if (_direct && _rows.Table.TagOf(beaten) == 0) _changes.Deleted(beaten);
        _rows.Remove(i, beaten);
    }
}
