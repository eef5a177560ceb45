using System.Collections.Immutable;

namespace OrleansStream.Sql.Physical;

/// <summary>Third pass, bottom up: an exchange wherever rows are not where the next step needs them, and nowhere else.</summary>
internal sealed class DistributionPass
{
    private readonly Dictionary<PhysicalNode, PhysicalNode> _done = new(ReferenceEqualityComparer.Instance);

    /// <summary>One exchange serves all who want the same rows in the same way.</summary>
    private readonly Dictionary<(PhysicalNode, Distribution), PhysicalNode> _exchanges = [];

    public PhysicalNode Apply(PhysicalNode node)
    {
        if (_done.TryGetValue(node, out PhysicalNode? known)) return known;
        PhysicalNode[] inputs = [.. node.Inputs.Select(Apply)];
        if (node is IEquiJoin join)
        {
            Meet(node, join, inputs);
        }
        else if (node is PhysicalUnion && inputs.Any(i => i.Traits.Distribution.Kind != DistributionKind.Single))
        {
            // One input that lies on a single shard must not pull the others there.
            for (int port = 0; port < inputs.Length; port++)
                if (inputs[port].Traits.Distribution.Kind == DistributionKind.Single) inputs[port] = Exchange(inputs[port], Distribution.Any);
        }
        else
        {
            for (int port = 0; port < inputs.Length; port++)
            {
                Distribution required = node.Requires(port);
                if (!Lies(inputs[port].Traits.Distribution, required)) inputs[port] = Exchange(inputs[port], required);
            }
        }
        PhysicalNode with = node.WithInputs([.. inputs]);
        Distribution given = with.Gives([.. inputs.Select(i => i.Traits.Distribution)]);
        return _done[node] = with with { Traits = with.Traits with { Distribution = given } };
    }

    /// <summary>
    /// Whether rows lie where a step needs them. State is stored under the key group of the hash of all its keys, and found there by a restore into another number of shards:
    /// rows that came by fewer keys, or by the same in another order, are together but not in that group. (Joins know by which of their keys rows came.)
    /// </summary>
    private static bool Lies(Distribution given, Distribution required) =>
        required.Kind == DistributionKind.Hash ? given.Kind == DistributionKind.Single || given.Equals(required) : given.Satisfies(required);

    /// <summary>
    /// Both sides must lie by the same keys in the same order: that each lies by some of its own is not enough. A side that lies well stays; the other comes to it.
    /// </summary>
    private void Meet(PhysicalNode node, IEquiJoin join, PhysicalNode[] inputs)
    {
        Distribution left = inputs[0].Traits.Distribution, right = inputs[1].Traits.Distribution;
        bool leftFits = left.Satisfies(node.Requires(0)), rightFits = right.Satisfies(node.Requires(1));
        Distribution Across(Distribution d, ImmutableArray<int> from, ImmutableArray<int> to) =>
            d.Kind == DistributionKind.Single ? Distribution.Single : Distribution.Hash([.. d.Keys.Select(k => to[from.IndexOf(k)])]);
        Distribution wantedLeft = node.Requires(0), wantedRight = node.Requires(1);
        if (leftFits) (wantedLeft, wantedRight) = (left, Across(left, join.LeftKeys, join.RightKeys));
        else if (rightFits) (wantedLeft, wantedRight) = (Across(right, join.RightKeys, join.LeftKeys), right);
        if (!left.Equals(wantedLeft)) inputs[0] = Exchange(inputs[0], wantedLeft);
        if (!right.Equals(wantedRight)) inputs[1] = Exchange(inputs[1], wantedRight);
    }

    private PhysicalNode Exchange(PhysicalNode input, Distribution target)
    {
        if (_exchanges.TryGetValue((input, target), out PhysicalNode? known)) return known;
        return _exchanges[(input, target)] = new PhysicalExchange(input, target) { Traits = input.Traits with { Distribution = target } };
    }
}
