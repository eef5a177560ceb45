using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>A rank over windowed rows whose partitions hold both bounds of the windows ends with each window: its rows leave once, and its state with them.</summary>
internal static class WindowRanks
{
    public static LogicalNode Match(LogicalNode node) => node is LogicalRank { Window: null } r && Of(r) is { } window ? r with { Window = window } : node;

    private static JoinWindow? Of(LogicalRank r)
    {
        bool Has(WindowRole role) => r.PartitionBy.Any(k => r.From.Columns[k].Window == role);
        return Has(WindowRole.Start) && Has(WindowRole.End) && WindowJoins.WindowOf(r.From) is { Function.Time: TimeKind.Event } window ? window : null;
    }
}
