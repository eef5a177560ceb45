using System.Collections.Immutable;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Physical;

/// <summary>First pass, bottom up: which kinds of changes flow. Refuses, naming the operator, where one cannot take what comes.</summary>
internal sealed class ModifyKindPass(TextSpan span, DiagnosticBag diagnostics)
{
    private readonly Dictionary<PhysicalNode, PhysicalNode> _done = new(ReferenceEqualityComparer.Instance);

    public PhysicalNode Apply(PhysicalNode node)
    {
        if (_done.TryGetValue(node, out PhysicalNode? known)) return known;
        ImmutableArray<PhysicalNode> inputs = [.. node.Inputs.Select(Apply)];
        ImmutableArray<ModifyKinds> kinds = [.. inputs.Select(i => i.Traits.ModifyKinds)];
        for (int port = 0; port < inputs.Length; port++) Check(node, port, inputs[port]);
        PhysicalNode with = node.WithInputs(inputs);
        return _done[node] = with with { Traits = with.Traits with { ModifyKinds = with.Emits(kinds) } };
    }

    private void Check(PhysicalNode node, int port, PhysicalNode input)
    {
        ModifyKinds refused = input.Traits.ModifyKinds & ~node.Accepts(port);
        if (refused == ModifyKinds.None) return;
        PhysicalNode cause = Cause(input);
        string what = refused.HasFlag(ModifyKinds.Update) ? "updates" : "deletes";
        string help = node is PhysicalSink
            ? "write to a connector that takes updates, or make the query append-only: group by a window"
            : "make its input append-only: group by a window, or put this step first";
        diagnostics.Error(Codes.UpdatesRefused, span, $"{node.Title} takes inserts only, but {cause.Title} gives {what}", help);
    }

    /// <summary>The lowest step that makes updates.</summary>
    private static PhysicalNode Cause(PhysicalNode node)
    {
        foreach (PhysicalNode input in node.Inputs)
            if (input.Traits.ModifyKinds != ModifyKinds.Insert) return Cause(input);
        return node;
    }
}
