using System.Collections.Immutable;

namespace OrleansStream.Sql.Physical;

/// <summary>Moves rows to the shard where the next step needs them. The plan is cut here.</summary>
public sealed record PhysicalExchange(PhysicalNode Input, Distribution Target) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "an exchange";

    public override string Identity => "exchange";

    public override string Describe() => $"Exchange(distribution=[{(Target.Kind == DistributionKind.Hash ? $"hash{Names(Target.Keys)}" : Target.ToString())}])";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => asked;

    public override DeleteKind NeedsDeletes(int port, DeleteKind asked) => asked;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => Target;

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => inputs[0].UpsertKeys;
}
