using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>A row for each element of a collection.</summary>
public sealed record PhysicalUnnest(PhysicalNode Input, int Column, ImmutableArray<int> Kept, bool Outer, bool Ordinality, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([Input], Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "UNNEST";

    public override string Identity => $"unnest {Outer} {Ordinality}";

    public override string Describe() => $"Unnest(collection=[{Input.Columns[Column].Name}], kept={Names(Kept)}{(Outer ? ", outer" : "")}{(Ordinality ? ", ordinality" : "")})";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    // The elements of the row before are taken back one by one.
    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => inputs[0];

    public override Distribution Gives(ImmutableArray<Distribution> inputs) =>
        inputs[0].Kind != DistributionKind.Hash ? inputs[0]
        : Follow(inputs[0].Keys, k => Kept.IndexOf(k)) is { } keys ? Distribution.Hash(keys) : Distribution.Any;

    public override OperatorSpec Spec() => new UnnestSpec(Schema, Column, Kept, Outer, Ordinality);
}
