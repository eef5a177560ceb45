using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// GROUP BY without a window: one row per key, kept up to date. The first row of a key is an insert, later changes are updates, taking away its last row is a delete.
/// Per batch and key the net change goes out (<c>emit = each</c>: the change of every row); an update that changes nothing is not sent, unless a TTL must be refreshed
/// behind. Without calls it is SELECT DISTINCT. Output: key columns, results. A partial row: key columns, rows (BIGINT, may be negative), partial columns.
/// </summary>
/// <param name="Keys">key columns; none = one group. Of a final phase: 0, 1, ….</param>
/// <param name="Retracts">whether rows may be taken away: groups count their rows.</param>
/// <param name="Before">whether the old row is sent before the new one.</param>
/// <param name="TtlMs">ms of processing time after which an unused group is forgotten; 0 = never.</param>
[Operator("group_aggregate")]
public sealed record GroupAggregateSpec(
    Schema Output, ImmutableArray<int> Keys, ImmutableArray<AggregateCall> Calls, bool Retracts, bool Before, AggregatePhase Phase = AggregatePhase.Single, long TtlMs = 0)
    : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs)
    {
        var key = inputs[0].Select(Keys.AsSpan());
        return [GroupState(inputs[0]), .. Phase == AggregatePhase.Single ? Accumulators.Tables(Calls, Retracts, key, new Ttl(TtlMs)) : []];
    }

    public override Operator Create() => Phase == AggregatePhase.Partial ? new GroupAggregatePartial(this) : new GroupAggregate(this);

    public override string Describe() =>
        $"GroupAggregate({(Phase == AggregatePhase.Single ? "" : $"phase=[{Phase}], ")}groupBy=[{string.Join(", ", Keys.Select(k => $"${k}"))}], select=[{string.Join(", ", Calls)}]"
        + $"{(Retracts ? ", retracts" : "")}{(Before ? ", before" : "")}{(TtlMs > 0 ? $", ttl=[{TtlMs} ms]" : "")})";

    /// <summary>The two phases of a single one over <paramref name="input"/>, without DISTINCT: partial before an exchange by all key columns (0, 1, …), final behind it.</summary>
    public (GroupAggregateSpec Partial, GroupAggregateSpec Final) Split(Schema input)
    {
        if (Calls.Any(c => c.Distinct)) throw new InvalidOperationException("DISTINCT is not split in two phases");
        var partials = new Accumulators(Calls).Partial.Select((t, i) => new Field($"$p{i}", t));
        var output = new Schema([.. Keys.Select(k => input[k]), new Field("$rows", SqlType.BigInt.NotNull), .. partials]);
        return (
            this with { Output = output, Phase = AggregatePhase.Partial, TtlMs = 0 },
            this with { Keys = [.. Enumerable.Range(0, Keys.Length)], Phase = AggregatePhase.Final });
    }

    /// <summary>Whether the calls see rows taken back: those of a final phase see partial rows only.</summary>
    internal bool RetractsValues => Retracts && Phase != AggregatePhase.Final;

    /// <summary>Value fields: the number of rows, then the states of the calls.</summary>
    internal StateSpec GroupState(Schema input) => new(
        "groups", 1, StateKind.Value, input.Select(Keys.AsSpan()), null, new Schema([new Field("rows", SqlType.BigInt.NotNull), .. new Accumulators(Calls, RetractsValues).State.Fields]), new Ttl(TtlMs));
}

/// <summary>Single and final phase.</summary>
public sealed unsafe class GroupAggregate(GroupAggregateSpec spec) : KeyedChanges([.. spec.Keys])
{
    private readonly Accumulators _calls = new(spec.Calls, spec.RetractsValues);
    private readonly int[] _keys = [.. spec.Keys];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly ulong[] _isNew = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly RecordSet _touched = new();
    private readonly bool[] _lived = new bool[Batch.MaxRows];
    private readonly nint[] _old = new nint[Batch.MaxRows];
    private readonly nint[] _alive = new nint[Batch.MaxRows];
    private readonly nint[] _dead = new nint[Batch.MaxRows];
    private ValueTable _groups = null!;
    private int _rowsOffset;
    private int _deadCount;

    public override bool EmitsKinds => spec.Retracts || !spec.Calls.IsEmpty;

    public override void Open(OperatorContext c)
    {
        _groups = c.State.Value(spec.GroupState(c.Inputs[0]));
        _rowsOffset = _groups.Layout.ValueOffsets[0];
        if (spec.Phase == AggregatePhase.Single) _calls.BindTables(c.State, spec.Retracts, _groups.Spec.Key, _keys, _groups.Spec.Ttl);
        _calls.Bind(_groups.Layout, 1);
        Start(c, spec.Output, spec.Before);
    }

    private protected override void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        var records = _records.AsSpan(0, rows.Length);
        _groups.Resolve(batch, _keys, rows, hashes, Access.Write, records, _isNew);
        _touched.Collect(records);
        int old = 0;
        for (int i = 0; i < _touched.Count; i++)
        {
            _lived[i] = Rows(_touched.Records[i]) > 0;
            if (_lived[i]) _old[old++] = _touched.Records[i];
        }

        Write(_old.AsSpan(0, old), Changes.Before);
        if (spec.Phase == AggregatePhase.Final) Merge(batch, rows, records);
        else Apply(batch, rows, records, hashes);
        int alive = 0;
        foreach (nint r in _touched.Records) if (Rows(r) > 0) _alive[alive++] = r;
        Write(_alive.AsSpan(0, alive), Changes.After);
        Compare();
    }

    private ref long Rows(nint record) => ref *(long*)(record + _rowsOffset);

    private void Write(ReadOnlySpan<nint> records, BatchBuilder to)
    {
        _groups.CopyKeys(records, to, 0);
        _calls.WriteResults(_groups, records, to, _keys.Length);
        to.Advance(records.Length);
    }

    // Taking a row away from a group that has none is ignored.
    private void Apply(Batch batch, ReadOnlySpan<int> rows, Span<nint> records, ReadOnlySpan<ulong> hashes)
    {
        if (!batch.HasKinds)
        {
            foreach (nint r in records) Rows(r)++;
            _calls.Apply(_groups, batch, rows, records, hashes);
            return;
        }

        int kept = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ref long n = ref Rows(records[i]);
            bool adds = batch.KindAt(rows[i]).IsAdd();
            if (!adds && n == 0) continue;
            n += adds ? 1 : -1;
            _rows[kept] = rows[i];
            records[kept++] = records[i];
        }

        _calls.Apply(_groups, batch, _rows.AsSpan(0, kept), records[..kept], hashes);
    }

    private void Merge(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var counts = ((FixedColumn<long>)batch.Columns[_keys.Length]).Values;
        for (int i = 0; i < rows.Length; i++) Rows(records[i]) += counts[rows[i]];
        _calls.MergePartial(_groups, batch, _keys.Length + 1, rows, records);
    }

    private void Compare()
    {
        int before = 0, after = 0;
        _deadCount = 0;
        for (int i = 0; i < _touched.Count; i++)
        {
            nint r = _touched.Records[i];
            bool existed = _lived[i], lives = Rows(r) > 0;
            if (existed && lives) Changes.Update(before, after);
            else if (existed) Changes.Delete(before);
            else if (lives) Changes.Insert(after);
            before += existed ? 1 : 0;
            after += lives ? 1 : 0;
            if (!lives) _dead[_deadCount++] = r;
        }

        if (spec.TtlMs == 0 || spec.Calls.IsEmpty) Changes.DropUnchanged(_keys.Length);
    }

    // Records stay until their changes are out, since removing invalidates addresses.
    private protected override void Retire()
    {
        if (_deadCount > 0) _groups.Remove(_dead.AsSpan(0, _deadCount));
        _deadCount = 0;
    }
}
