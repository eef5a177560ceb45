using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Physical;

/// <summary>The passes over a whole physical plan; the fourth, ids and state, comes with the cut into stages.</summary>
internal static class Passes
{
    public static PhysicalNode Apply(PhysicalNode node, TextSpan span, DiagnosticBag diagnostics)
    {
        node = new ModifyKindPass(span, diagnostics).Apply(node);
        node = new UpdateKindPass().Apply(node);
        return new DistributionPass().Apply(node);
    }
}
