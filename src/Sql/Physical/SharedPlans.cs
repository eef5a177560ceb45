using System.Collections.Immutable;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Equal parts of a plan become one, computed once: a view used twice, the source of several INSERTs.</summary>
internal sealed class SharedPlans
{
    private readonly Dictionary<string, (PhysicalNode Node, int Id)> _known = [];
    private readonly Dictionary<PhysicalNode, (PhysicalNode Node, int Id)> _done = new(ReferenceEqualityComparer.Instance);

    public PhysicalNode Apply(PhysicalNode node) => Share(node).Node;

    private (PhysicalNode Node, int Id) Share(PhysicalNode node)
    {
        if (_done.TryGetValue(node, out (PhysicalNode, int) known)) return known;
        ImmutableArray<(PhysicalNode Node, int Id)> inputs = [.. node.Inputs.Select(Share)];
        // Two INSERTs of the same rows are two.
        if (node is PhysicalSink) return _done[node] = (node.WithInputs([.. inputs.Select(i => i.Node)]), -1);
        string text = $"{node.GetType().Name} {node.Describe()} {node.Schema} {node.Traits} {string.Join(",", inputs.Select(i => i.Id))} {Secret(node)}";
        if (!_known.TryGetValue(text, out (PhysicalNode Node, int Id) shared))
            shared = _known[text] = (node.WithInputs([.. inputs.Select(i => i.Node)]), _known.Count);
        return _done[node] = shared;
    }

    /// <summary>What two nodes may differ in although their descriptions are equal.</summary>
    private static string Secret(PhysicalNode node) => node switch
    {
        PhysicalScan s => string.Join(";", s.Options.Select(o => $"{o.Key}={o.Value}")) + string.Join(";", s.Table.Columns.Select(c => c.Type)),
        // Columns are described by name, and names may repeat.
        PhysicalProject p => string.Join(";", p.Items.Select(e => $"{e} {e.Type}")),
        PhysicalExchange e => e.Target.ToString(),
        IEquiJoin j => $"{string.Join(",", j.LeftKeys)} {string.Join(",", j.RightKeys)}",
        PhysicalSliceWindow s => string.Join(",", s.Keys),
        PhysicalTumbleWindow w => $"{string.Join(",", w.Window.Keys)} {w.Window}",
        PhysicalGroupAggregate g => $"{string.Join(",", g.Group.Keys)} {g.Group.Retracts}",
        _ => "",
    };
}
