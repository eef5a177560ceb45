using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>LIMIT without ORDER BY over inserts: the first rows to come, on one shard.</summary>
/// <param name="Skip">rows left out first (OFFSET).</param>
/// <param name="Take">rows that pass then.</param>
[Operator("limit")]
public sealed record LimitSpec(Schema Output, long Skip, long Take) : OperatorSpec(Output)
{
    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [SeenState];

    public override Operator Create() => new Limit(this);

    public override string Describe() => $"Limit(offset=[{Skip}], fetch=[{Take}])";

    internal static StateSpec SeenState { get; } = new("seen", 1, StateKind.Value, Schema.Empty, null, Schema.Of(("rows", SqlType.BigInt.NotNull)), Ttl.None);
}

public sealed unsafe class Limit(LimitSpec spec) : Operator
{
    private readonly Selection _kept = new();
    private readonly nint[] _record = new nint[1];
    private readonly ulong[] _isNew = new ulong[1];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private ValueTable _seen = null!;

    public override bool TakesMarks => true;

    public override void Open(OperatorContext c) => _seen = c.State.Value(LimitSpec.SeenState);

    public override void OnBatch(int port, Batch input, Output o)
    {
        _seen.Resolve(input, [], [0], _hashes, Access.Write, _record, _isNew);
        ref long seen = ref *(long*)(_record[0] + _seen.Layout.ValueOffsets[0]);
        int n = input.Count, from = (int)Math.Clamp(spec.Skip - seen, 0, n), to = (int)Math.Clamp(spec.Skip + spec.Take - seen, 0, n);
        seen = Math.Min(seen + n, spec.Skip + spec.Take);
        if (from >= to) return;
        if (to - from == n)
        {
            o.Append(input);
            return;
        }

        var rows = _kept.Writable(to - from);
        for (int i = from; i < to; i++) rows[i - from] = input.Selection is { } s ? s.Rows[i] : i;
        _kept.SetCount(to - from);
        var before = input.Selection;
        input.Selection = _kept;
        o.Append(input);
        input.Selection = before;
    }
}
