using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Physical;

/// <summary>Functions over windows of rows.</summary>
internal sealed partial class PhysicalBuilder
{
    private PhysicalNode? Over(LogicalOver o, PhysicalNode input)
    {
        OverCall call = o.Calls[0];
        if (o.Calls.Any(c => c.Function == "ROW_NUMBER")) return NotYet("ROW_NUMBER without a condition on the number", "keep the first rows: WHERE rn <= 10");
        if (o.Calls.FirstOrDefault(c => !c.SameWindow(call)) is not null)
            return Refuse(Codes.NotSupported, "all OVER aggregates of a SELECT are computed over the same window", "compute the others in a subquery");
        if (call.OrderBy is not [{ Descending: false, Value: var by }]) return NotYet("OVER ordered by several columns, or descending", "order by one time attribute");
        TimeKind clock = by is ColumnExpr { Index: var at } ? input.Columns[at].Time : by is ProctimeExpr ? TimeKind.Processing : TimeKind.None;
        if (clock == TimeKind.None) return NotYet("OVER ordered by something that is no time attribute", "order by a column with a WATERMARK");

        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).ToList();
        var columns = input.Columns.ToList();
        int Place(Expr e)
        {
            int known = items.IndexOf(e);
            if (known >= 0) return known;
            items.Add(e is ProctimeExpr ? new CallExpr("PROCTIME", [], e.Type) : e);
            columns.Add(new RelColumn($"e{items.Count - 1}$", e.Type));
            return items.Count - 1;
        }

        ImmutableArray<int> partition = [.. call.PartitionBy.Where(e => e is not LiteralExpr).Select(Place).Distinct()];
        ImmutableArray<AggregateCall> calls =
        [
            .. o.Calls.Select(c => new AggregateCall(
                c.Function, [.. c.Arguments.Select(Place)], [.. c.Arguments.Select(e => e.Type)], c.Filter is null ? -1 : Place(c.Filter), c.Distinct, c.Type)),
        ];
        OverFrame frame = call.Frame!.Value;
        bool arrival = clock == TimeKind.Processing;
        int time = arrival && (frame.Rows || frame.Preceding == OverFrame.Unbounded) ? -1 : Place(by);
        int width = input.Columns.Length;
        PhysicalNode source = items.Count == width ? input : new PhysicalProject(input, [.. items], [.. columns]);
        var over = new PhysicalOver(source, partition, time, arrival, frame, calls, options.TtlMs, [.. columns, .. o.Columns.Skip(width)]);
        if (items.Count == width) return over;
        return new PhysicalProject(over, [.. o.Columns.Select((c, i) => new ColumnExpr(i < width ? i : i - width + items.Count, c.Type))], o.Columns);
    }
}
