using System.Collections.Immutable;

namespace OrleansStream.Sql.Physical;

/// <summary>
/// Second pass, top down: how updates and deletes flow. Each step says what it needs of its inputs to give what is asked of it; a step of two consumers gives
/// the fuller form.
/// </summary>
internal sealed class UpdateKindPass
{
    private readonly Dictionary<PhysicalNode, (UpdateKind Updates, DeleteKind Deletes)> _asked = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PhysicalNode, PhysicalNode> _done = new(ReferenceEqualityComparer.Instance);

    public PhysicalNode Apply(PhysicalNode root)
    {
        foreach (PhysicalNode node in TopDown(root)) Ask(node);
        return Set(root);
    }

    /// <summary>Every node before its inputs.</summary>
    private static List<PhysicalNode> TopDown(PhysicalNode root)
    {
        var order = new List<PhysicalNode>();
        var seen = new HashSet<PhysicalNode>(ReferenceEqualityComparer.Instance);
        void Visit(PhysicalNode node)
        {
            if (!seen.Add(node)) return;
            foreach (PhysicalNode input in node.Inputs) Visit(input);
            order.Add(node);
        }
        Visit(root);
        order.Reverse();
        return order;
    }

    private void Ask(PhysicalNode node)
    {
        (UpdateKind updates, DeleteKind deletes) = _asked.GetValueOrDefault(node);
        for (int port = 0; port < node.Inputs.Length; port++)
        {
            PhysicalNode input = node.Inputs[port];
            (UpdateKind u, DeleteKind d) = _asked.GetValueOrDefault(input);
            UpdateKind needs = input.Traits.ModifyKinds.HasFlag(ModifyKinds.Update) ? node.NeedsUpdates(port, updates) : UpdateKind.None;
            DeleteKind needed = input.Traits.ModifyKinds.HasFlag(ModifyKinds.Delete) ? node.NeedsDeletes(port, deletes) : DeleteKind.None;
            _asked[input] = ((UpdateKind)Math.Max((byte)u, (byte)needs), (DeleteKind)Math.Max((byte)d, (byte)needed));
        }
    }

    private PhysicalNode Set(PhysicalNode node)
    {
        if (_done.TryGetValue(node, out PhysicalNode? known)) return known;
        (UpdateKind updates, DeleteKind deletes) = _asked.GetValueOrDefault(node);
        PhysicalNode with = node.WithInputs([.. node.Inputs.Select(Set)]);
        bool updated = with.Traits.ModifyKinds.HasFlag(ModifyKinds.Update);
        UpdateKind given = updated ? with.GivesUpdates(updates, [.. with.Inputs.Select(i => i.Traits.UpdateKind)]) : UpdateKind.None;
        Traits traits = with.Traits with { UpdateKind = given, DeleteKind = deletes };
        traits = traits with { UpsertKeys = traits.ModifyKinds is ModifyKinds.Insert or ModifyKinds.None ? [] : with.UpsertKeys([.. with.Inputs.Select(i => i.Traits)]) };
        return _done[node] = with with { Traits = traits };
    }
}
