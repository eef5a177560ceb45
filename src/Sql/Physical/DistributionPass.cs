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
        for (int port = 0; port < inputs.Length; port++)
        {
            Distribution required = node.Requires(port);
            if (!inputs[port].Traits.Distribution.Satisfies(required)) inputs[port] = Exchange(inputs[port], required);
        }
        PhysicalNode with = node.WithInputs([.. inputs]);
        Distribution given = with.Gives([.. inputs.Select(i => i.Traits.Distribution)]);
        return _done[node] = with with { Traits = with.Traits with { Distribution = given } };
    }

    private PhysicalNode Exchange(PhysicalNode input, Distribution target)
    {
        if (_exchanges.TryGetValue((input, target), out PhysicalNode? known)) return known;
        return _exchanges[(input, target)] = new PhysicalExchange(input, target) { Traits = input.Traits with { Distribution = target } };
    }
}
