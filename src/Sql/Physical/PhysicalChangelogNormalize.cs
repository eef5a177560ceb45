using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Physical;

/// <summary>Upserts of a source become changes that say what was before.</summary>
/// <param name="Keys">the source's primary key.</param>
/// <param name="TtlMs">ms after which an unused key is forgotten; 0: never.</param>
public sealed record PhysicalChangelogNormalize(PhysicalNode Input, ImmutableArray<int> Keys, long TtlMs) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "an upsert source";

    public override string Identity => $"normalize keys={List(Keys.Select(k => Input.Columns[k].Type))}";

    public override string Describe() => $"ChangelogNormalize(key={Names(Keys)})";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs[0];

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => UpdateKind.After;

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => asked;

    public override DeleteKind NeedsDeletes(int port, DeleteKind asked) => DeleteKind.ByKey;

    public override Distribution Requires(int port) => Distribution.Hash(Keys);

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) => [Keys];

    public override OperatorSpec Spec() => new ChangelogNormalizeSpec(Schema, Keys, Traits.UpdateKind == UpdateKind.BeforeAndAfter, TtlMs);
}
