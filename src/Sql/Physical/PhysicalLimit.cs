using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>LIMIT without ORDER BY: the first rows to come.</summary>
public sealed record PhysicalLimit(PhysicalNode Input, long Offset, long Fetch) : PhysicalNode([Input], Input.Columns)
{
    public PhysicalNode Input => Inputs[0];

    public override string Title => "LIMIT";

    public override string Identity => $"limit {Offset} {Fetch}";

    public override string Describe() => $"Limit(offset=[{Offset}], fetch=[{Fetch}])";

    /// <summary>Of no rows none is taken back.</summary>
    public override ModifyKinds Accepts(int port) => Fetch == 0 ? ModifyKinds.All : ModifyKinds.Insert;

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => ModifyKinds.Insert;

    public override Distribution Requires(int port) => Distribution.Single;

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs[0];

    public override OperatorSpec Spec() => new LimitSpec(Schema, Offset, Fetch);
}
