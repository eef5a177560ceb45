using System.Collections.Immutable;
using OrleansStream.Columns;
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
        if (call.OrderBy is not [{ Descending: false, NullsFirst: true, Value: var by }]) return NotYet("OVER ordered by several columns, or descending", "order by one column");
        TimeKind clock = by is ColumnExpr { Index: var at } ? input.Columns[at].Time : Proctime.Is(by) ? TimeKind.Processing : TimeKind.None;

        var items = input.Columns.Select((c, i) => (Expr)new ColumnExpr(i, c.Type)).ToList();
        var columns = input.Columns.ToList();
        int Place(Expr e)
        {
            int known = items.IndexOf(e);
            if (known >= 0) return known;
            items.Add(e);
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
        ImmutableArray<RelColumn> output = [.. columns, .. o.Columns.Skip(width)];
        ImmutableArray<SortColumn> order = [new SortColumn(time, false, true)];
        if (clock != TimeKind.None && options.TtlMs > 0 && frame.Rows && frame.Preceding != OverFrame.Unbounded)
            return Refuse(Codes.NotSupported, "table.exec.state.ttl is not supported for OVER (… ROWS BETWEEN n PRECEDING AND CURRENT ROW)", "give RANGE a time to look back, or leave the setting out");
        if (clock == TimeKind.None && NoOrder(order, source)) return null;
        PhysicalNode over = clock == TimeKind.None
            ? new PhysicalOverAnyOrder(source, partition, order, frame, calls, options.TtlMs, output)
            : new PhysicalOver(source, partition, time, arrival, frame, calls, options.TtlMs, output);
        if (items.Count == width) return over;
        return new PhysicalProject(over, [.. o.Columns.Select((c, i) => new ColumnExpr(i < width ? i : i - width + items.Count, c.Type))], o.Columns);
    }
}
