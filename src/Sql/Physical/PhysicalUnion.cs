using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>UNION ALL.</summary>
public sealed record PhysicalUnion(ImmutableArray<PhysicalNode> Inputs, ImmutableArray<RelColumn> Columns) : PhysicalNode(Inputs, Columns)
{
    public override string Title => "UNION ALL";

    public override string Identity => $"union {Inputs.Length}";

    public override string Describe() => $"Union(fields={List(Columns.Select(c => c.Name))})";

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => inputs.Aggregate((a, b) => a | b);

    public override UpdateKind NeedsUpdates(int port, UpdateKind asked) => asked;

    public override DeleteKind NeedsDeletes(int port, DeleteKind asked) => asked;

    /// <summary>Together only if all inputs are so in the same way.</summary>
    public override Distribution Gives(ImmutableArray<Distribution> inputs) => inputs.All(i => i.Equals(inputs[0])) ? inputs[0] : Distribution.Any;

    public override OperatorSpec Spec() => new UnionSpec(Schema);
}
