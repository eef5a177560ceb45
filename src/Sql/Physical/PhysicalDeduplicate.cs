using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>One row of each partition: the first or the last by a time attribute.</summary>
/// <param name="Time">the column of event time; −1: rows are as they arrive.</param>
public sealed record PhysicalDeduplicate(PhysicalNode Input, ImmutableArray<int> PartitionBy, int Time, bool KeepLast, long TtlMs) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "the deduplication";

    private bool ByEventTime => Time >= 0;

    public override string Identity => $"deduplicate {(ByEventTime ? "rowtime" : "proctime")} {(KeepLast ? "last" : "first")} {List(PartitionBy.Select(k => Input.Columns[k].Type))}";

    public override string Describe() =>
        $"Deduplicate(keep=[{(KeepLast ? "LastRow" : "FirstRow")}], key={Names(PartitionBy)}, order=[{(ByEventTime ? "ROWTIME" : "PROCTIME")}]{(TtlMs == 0 ? "" : $", ttl=[{TtlMs} ms]")})";

    public override ModifyKinds Accepts(int port) => ModifyKinds.Insert;

    /// <summary>The first row is final: by event time it leaves when no earlier one can come.</summary>
    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => KeepLast ? ModifyKinds.Insert | ModifyKinds.Update : ModifyKinds.Insert;

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => asked;

    public override Distribution Requires(int port) => Distribution.Hash(PartitionBy);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => [PartitionBy];

    public override OperatorSpec Spec() =>
        ByEventTime && !KeepLast ? new DeduplicateFirstSpec(Schema, PartitionBy, Time, TtlMs, IEquiJoin.Routing(Input))
        : new DeduplicateSpec(Schema, PartitionBy, ByEventTime ? Time : -1, KeepLast, Traits.UpdateKind == UpdateKind.BeforeAndAfter, TtlMs, IEquiJoin.Routing(Input));
}
