using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Left, right, full, semi and anti join of two inputs, port 0 and 1, on equal keys; both sides are kept, for ever or for a time. A row that may leave without a partner knows how many it
/// has: the first one takes the padded row back (-D, then +I of the pair), with the last one it comes again. NULL keys match nothing.
/// Output: left columns, then right columns; of a semi or anti join the left columns.
/// </summary>
/// <param name="LeftKeys">key columns of port 0; may be none.</param>
/// <param name="RightKeys">key columns of port 1, of the same types (nullability apart).</param>
/// <param name="Condition">over left columns ++ right columns: what a pair must fulfil beside; null: nothing.</param>
/// <param name="LeftRouting">columns by which port 0 is distributed, some of its keys; none: all.</param>
/// <param name="RightRouting">likewise of port 1, in the same order.</param>
/// <param name="Changelog">whether rows leave with kinds: always, but for a semi join of inputs that only insert.</param>
/// <param name="LeftTtlMs">ms of processing time after which a row of port 0 is forgotten, if it does not come again and its number of partners stays; 0 = never.</param>
/// <param name="RightTtlMs">likewise of port 1.</param>
[Operator("outer_join")]
public sealed record OuterJoinSpec(
    Schema Output, JoinType Type, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, Expr? Condition = null,
    ImmutableArray<int> LeftRouting = default, ImmutableArray<int> RightRouting = default, bool Changelog = true,
    long LeftTtlMs = 0, long RightTtlMs = 0) : OperatorSpec(Output)
{
    /// <summary>Columns of port 0 of which no two rows are equal at a time, so that an update or delete finds its row by them; none: not known.</summary>
    public ImmutableArray<int> LeftUnique { get; init; } = [];

    /// <summary>Likewise of port 1.</summary>
    public ImmutableArray<int> RightUnique { get; init; } = [];

    public ImmutableArray<int> LeftRouting { get; init; } = LeftRouting.IsDefault ? [] : LeftRouting;

    public ImmutableArray<int> RightRouting { get; init; } = RightRouting.IsDefault ? [] : RightRouting;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) =>
        [OuterSide.State("left", inputs[0], LeftKeys, LeftUnique, OuterSide.Counts(Type, 0), LeftTtlMs), OuterSide.State("right", inputs[1], RightKeys, RightUnique, OuterSide.Counts(Type, 1), RightTtlMs)];

    public override Operator Create() => new OuterJoin(this);

    public override string Describe() =>
        $"OuterJoin(type=[{Type.ToString().ToUpperInvariant()}], on=[{JoinTypes.On(LeftKeys, RightKeys)}]{(Condition is null ? "" : $", condition=[{Condition}]")}{JoinTypes.Unique(LeftUnique, RightUnique)}{JoinTypes.Ttls(LeftTtlMs, RightTtlMs)})";
}

public sealed class OuterJoin(OuterJoinSpec spec) : Operator
{
    /// <summary>Candidates before the host gets control back, whether or not any row leaves: a unit stays short.</summary>
    private const int CandidatesPerCall = 32 * Batch.MaxRows;

    private readonly OuterSide[] _sides = new OuterSide[2];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly nint[] _found = new nint[Batch.MaxRows];
    private readonly OuterRuns _runs = new(spec.Type);

    // Candidates: a row (its number in _rows) and a partner, or (partner 0) a row whose partners are through.
    private readonly int[] _candidates = new int[Batch.MaxRows];
    private readonly nint[] _partners = new nint[Batch.MaxRows];
    private readonly bool[] _passed = new bool[Batch.MaxRows];
    private readonly int[] _judgedRows = new int[Batch.MaxRows];
    private readonly nint[] _judgedPartners = new nint[Batch.MaxRows];
    private readonly int[] _numbers = new int[Batch.MaxRows];
    private PairCondition? _condition;
    private Batch? _batch;
    private int _port;
    private int _rowCount;
    private int _next;
    private nint _partner;
    private long _matches;

    // Result columns of a regular join are no time attributes, so where in a batch a mark stands matters to nobody behind it.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override bool EmitsKinds => spec.Changelog;

    public override void Open(OperatorContext c)
    {
        var states = spec.States(c.Inputs);
        _sides[0] = new OuterSide(c.State.Map(states[0]), new SideColumns(c.Inputs[0], spec.LeftKeys, 0, spec.LeftUnique), new SideHashes(spec.LeftKeys, spec.LeftRouting), OuterSide.Counts(spec.Type, 0), !spec.LeftUnique.IsEmpty);
        _sides[1] = new OuterSide(
            c.State.Map(states[1]), new SideColumns(c.Inputs[1], spec.RightKeys, c.Inputs[0].Count, spec.RightUnique), new SideHashes(spec.RightKeys, spec.RightRouting), OuterSide.Counts(spec.Type, 1), !spec.RightUnique.IsEmpty);
        if (spec.Condition is not null) _condition = new PairCondition(spec.Condition, c.Inputs[0].Concat(c.Inputs[1]), new EvaluationContext(c.TimeZone, () => c.ProcessingTime));
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var (own, other) = (_sides[port], _sides[1 - port]);
        bool keeps = spec.Type.Keeps(port);
        _rowCount = own.Columns.Rows(input, withKeys: !keeps, _rows);
        if (_rowCount == 0) return;
        var rows = _rows.AsSpan(0, _rowCount);
        var hashes = own.Hashes.Of(input);
        if (keeps)
        {
            // Rows with a NULL key find nobody, and nobody will find them: nothing is kept of them.
            own.ApplySome(input, rows, hashes);
            other.FindSome(input, own.Columns, rows, hashes, _found);
        }
        else
        {
            own.Apply(input, rows, hashes);
            other.Table.First(input, own.Columns.Keys, rows, hashes, _found);
        }

        (_batch, _port, _next, _partner, _matches) = (input, port, 0, _found[0], 0);
        Emit(o);
    }

    public override bool Resume(Output o)
    {
        if (_batch is not null) Emit(o);
        return _batch is not null;
    }

    private void Emit(Output o)
    {
        var builder = o.Builder();
        for (int work = 0; work < CandidatesPerCall;)
        {
            if (_runs.Pending)
            {
                Write(_runs.Take(o.BatchSize - builder.Count), builder);
                if (builder.Count < o.BatchSize) continue;
                builder = o.Emit();
                if (o.Full) return;
                continue;
            }

            int n = Collect();
            if (n == 0)
            {
                _sides[_port].Sweep();
                _batch = null;
                return;
            }

            if (_condition is not null) Judge(n);
            work += n;
            Settle(n);
        }
    }

    private int Collect()
    {
        var other = _sides[1 - _port].Table;
        int n = 0;
        while (_next < _rowCount)
        {
            for (; _partner != 0; _partner = other.Next(_partner))
            {
                if (n == _candidates.Length) return n;
                (_candidates[n], _partners[n++]) = (_next, _partner);
            }

            if (n == _candidates.Length) return n;
            (_candidates[n], _partners[n++]) = (_next, 0);
            if (++_next < _rowCount) _partner = _found[_next];
        }

        return n;
    }

    private void Judge(int n)
    {
        int judged = 0;
        for (int i = 0; i < n; i++)
        {
            _passed[i] = false;
            if (_partners[i] == 0) continue;
            (_judgedRows[judged], _judgedPartners[judged]) = (_rows[_candidates[i]], _partners[i]);
            _numbers[judged++] = i;
        }

        if (judged == 0) return;
        var (own, other) = (_sides[_port], _sides[1 - _port]);
        own.Columns.Gather(_batch!, _judgedRows.AsSpan(0, judged), _condition!.Candidates);
        other.Columns.Read(other.Table, _judgedPartners.AsSpan(0, judged), _condition.Candidates);
        _condition.Candidates.Advance(judged);
        foreach (int kept in _condition.Judge()) _passed[_numbers[kept]] = true;
    }

    // What candidates come to: changes of the numbers of partners, and rows that leave.
    private void Settle(int n)
    {
        var (own, other) = (_sides[_port], _sides[1 - _port]);
        _runs.Clear();
        for (int i = 0; i < n; i++)
        {
            int row = _rows[_candidates[i]];
            nint partner = _partners[i];
            var kind = _batch!.KindAt(row);
            if (partner == 0)
            {
                _runs.Row(_port, row, kind, _matches);
                own.SetMatches(_candidates[i], _matches);
                _matches = 0;
                continue;
            }

            if (_condition is not null && !_passed[i]) continue;
            long copies = other.CountOf(partner);
            _matches += copies;
            if (kind.IsAdd())
            {
                if (other.AddMatch(partner) == 1) _runs.FirstPartner(_port, partner, copies, kind);
                _runs.Pair(row, partner, copies, kind);
            }
            else
            {
                _runs.Pair(row, partner, copies, kind);
                if (other.TakeMatch(partner) == 0) _runs.LastPartner(_port, partner, copies, kind);
            }
        }
    }

    private void Write(int n, BatchBuilder to)
    {
        if (n == 0) return;
        var (own, other) = (_sides[_port], _sides[1 - _port]);
        if (spec.Type.Pairs() || _port == 0) own.Columns.GatherPadded(_batch!, _runs.Rows(n), to);
        if (spec.Type.Pairs() || _port == 1) other.Columns.ReadPadded(other.Table, _runs.Records(n), to);
        if (to.HasKinds) _runs.Kinds(n).CopyTo(to.AppendKinds(n));
        to.Advance(n);
    }
}
