using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>A step of two inputs whose rows meet when they are equal in keys: both must lie by the same ones.</summary>
public interface IEquiJoin
{
    /// <summary>Key columns of the left input.</summary>
    ImmutableArray<int> LeftKeys { get; }

    /// <summary>Key columns of the right input, in the same order.</summary>
    ImmutableArray<int> RightKeys { get; }

    /// <summary>The engine's word for a kind of join.</summary>
    static JoinType TypeOf(JoinKind kind) => kind switch
    {
        JoinKind.Left => JoinType.Left,
        JoinKind.Right => JoinType.Right,
        JoinKind.Full => JoinType.Full,
        JoinKind.Semi => JoinType.Semi,
        JoinKind.Anti => JoinType.Anti,
        _ => JoinType.Inner,
    };

    /// <summary>The columns by which an input is distributed; none if it lies on one shard.</summary>
    static ImmutableArray<int> Routing(PhysicalNode input) => input.Traits.Distribution.Kind == DistributionKind.Hash ? input.Traits.Distribution.Keys : [];

    /// <summary>Where the output of a join lies, given its inputs: padded rows of a right or full join lie where the right ones did.</summary>
    static Distribution Gives(JoinKind kind, ImmutableArray<Distribution> inputs) =>
        kind is JoinKind.Right or JoinKind.Full && inputs[0].Kind == DistributionKind.Hash ? Distribution.Any : inputs[0];
}
