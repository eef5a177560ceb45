using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Physical;

/// <summary>Ranks, sorts and limits: which operator does it depends on what they are ordered by and on whether their input updates.</summary>
internal sealed partial class PhysicalBuilder
{
    private static ModifyKinds EmitsOf(PhysicalNode node) => node.Emits([.. node.Inputs.Select(EmitsOf)]);

    private PhysicalNode? Rank(LogicalRank r, PhysicalNode input)
    {
        if (r.Last < Math.Max(1, r.First)) return Refuse(Codes.WrongArguments, $"no row has a number from {r.First} to {r.Last}", "numbers begin at 1");
        if (NoOrder(r.OrderBy, input)) return null;
        bool inserts = EmitsOf(input) == ModifyKinds.Insert;
        if (inserts && r.Window is { } window)
            return new PhysicalWindowTopN(input, r.PartitionBy, r.OrderBy, Math.Max(1, r.First), r.Last, r.WithNumber, r.LastOfEqual, window, r.Columns);
        if (inserts && r is { First: 1, Last: 1 } && TimeOf(r.OrderBy, input) is { } time) return new PhysicalDeduplicate(input, r.PartitionBy, time, r.LastOfEqual, options.TtlMs);
        if (r.LastOfEqual && r.OrderBy.IsEmpty) return NotYet("the last row by processing time of rows that may be taken back", null);
        return new PhysicalTopN(input, r.PartitionBy, r.OrderBy, Math.Max(1, r.First), r.Last, r.WithNumber, options.TtlMs, r.Columns);
    }

    /// <summary>The time attribute that rows are ordered by: a column of event time, −1 for processing time; null if it is something else.</summary>
    private static int? TimeOf(ImmutableArray<SortColumn> order, PhysicalNode input) =>
        order.IsEmpty ? -1 : order is [var only] && input.Columns[only.Column].Time == TimeKind.Event ? only.Column : null;

    private PhysicalNode? Sort(LogicalSort s, PhysicalNode input)
    {
        if (s.Limit is null && s.Offset > 0) return Refuse(Codes.WrongArguments, "OFFSET needs a LIMIT", "the rows of an unbounded input have no end: LIMIT 10 OFFSET 5");
        if (NoOrder(s.Keys, input)) return null;

        // By processing time rows come in order; together on one shard they stay so.
        if (s.Limit is null && s.Keys.IsEmpty) return new PhysicalLimit(input, 0, long.MaxValue);
        if (s.Limit is { } limit)
        {
            if (limit == 0 || (s.Keys.IsEmpty && EmitsOf(input) == ModifyKinds.Insert)) return new PhysicalLimit(input, s.Offset, limit);
            long last = limit > long.MaxValue - s.Offset ? long.MaxValue : s.Offset + limit;
            return new PhysicalTopN(input, [], s.Keys, s.Offset + 1, last, false, options.TtlMs, s.Columns);
        }

        if (options.SortAtEnd) return new PhysicalSort(input, s.Keys, true);
        RelColumn first = input.Columns[s.Keys[0].Column];
        if (first.Time == TimeKind.None || s.Keys[0].Descending)
        {
            return Refuse(Codes.TimeAttribute, $"ORDER BY without LIMIT begins with a time attribute, ascending; '{first.Name}'{(first.Time == TimeKind.None ? " is none" : " is descending")}",
                "add a LIMIT, or order by a column with a WATERMARK first");
        }

        return first.Time == TimeKind.Event ? new PhysicalSort(input, s.Keys, false) : NotYet("ORDER BY processing time and another column", "order by processing time alone");
    }

    private bool NoOrder(ImmutableArray<SortColumn> order, PhysicalNode input)
    {
        if (order.FirstOrDefault(o => !SortKey.HasOrder(input.Columns[o.Column].Type), new SortColumn(-1, false, false)) is not { Column: >= 0 } bad) return false;
        Refuse(Codes.TypeMismatch, $"values of type {input.Columns[bad.Column].Type.WithNullable(true)} have no order", null);
        return true;
    }
}
