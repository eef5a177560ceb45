using System.Collections.Immutable;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Logical;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Physical;

// Windows.
internal sealed partial class PhysicalBuilder
{
    private PhysicalNode? WindowAggregate(LogicalWindowAggregate a, PhysicalNode input)
    {
        if (a.Window.Time == TimeKind.Event && input.Columns[a.Window.TimeColumn].Time == TimeKind.None)
        {
            return Refuse(Codes.TimeAttribute, $"the time '{input.Columns[a.Window.TimeColumn].Name}' of this window has come through a join that keeps no order of time",
                "bound the distance of both times in the join's condition, or put the window before the join");
        }
        if (a.Window.Time == TimeKind.Processing) return NotYet("a window on processing time", "use a column with a WATERMARK");
        ImmutableArray<AggregateCall> calls = [.. a.Calls.Select(Call)];
        if (calls.FirstOrDefault(c => !EngineAggregates.HasInWindow(c)) is { } unknown)
            return NotYet($"{(unknown.Distinct ? "DISTINCT in " : "")}{unknown.Function}({string.Join(", ", unknown.ArgumentTypes.Select(t => t.WithNullable(true)))}) in a window", null);
        return a.Window.Kind switch
        {
            WindowKind.Tumble => Tumble(a, input, calls),
            WindowKind.Hop => Hop(a, input, calls),
            WindowKind.Cumulate => Cumulate(a, input, calls),
            _ => Session(a, input, calls),
        };
    }

    private PhysicalTumbleWindow Tumble(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        ImmutableArray<WindowProperty> properties = Properties(a);
        var single = new TumbleWindowSpec(RelColumn.Schema(a.Columns), a.Window.TimeColumn, a.Window.Size, a.Window.Offset, a.Keys, calls, AggregatePhase.Single, properties);
        if (!options.TwoPhase || calls.Any(c => c.Distinct)) return new PhysicalTumbleWindow(input, single, a.Window, a.Columns);
        (TumbleWindowSpec partial, TumbleWindowSpec final) = single.Split(input.Schema);
        var before = new PhysicalTumbleWindow(input, partial, a.Window, [.. partial.Output.Fields.Select(f => new RelColumn(f.Name, f.Type))]);
        return new PhysicalTumbleWindow(before, final, a.Window, a.Columns);
    }

    /// <summary>The bounds that the query wants, in the order of its columns.</summary>
    private static ImmutableArray<WindowProperty> Properties(LogicalWindowAggregate a) =>
    [
        .. a.Columns.Skip(a.Keys.Length + a.Calls.Length).Select(c => c.Window switch
        {
            WindowRole.Start => WindowProperty.Start,
            WindowRole.End => WindowProperty.End,
            _ => WindowProperty.Time,
        }),
    ];

    private bool Splits(ImmutableArray<AggregateCall> calls) => options.TwoPhase && !calls.Any(c => c.Distinct);

    private PhysicalSliceWindow Hop(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        WindowFunction w = a.Window;
        var single = new HopWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, w.Step, w.Offset, a.Keys, calls, AggregatePhase.Single, Properties(a));
        if (!Splits(calls)) return new PhysicalSliceWindow(input, single, single.Phase, single.Keys, calls, w, a.Columns);
        (TumbleWindowSpec partial, HopWindowSpec final) = single.Split(input.Schema);
        return new PhysicalSliceWindow(Before(input, partial, w), final, final.Phase, final.Keys, calls, w, a.Columns);
    }

    private PhysicalSliceWindow Cumulate(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        WindowFunction w = a.Window;
        var single = new CumulateWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, w.Step, w.Offset, a.Keys, calls, AggregatePhase.Single, Properties(a));
        if (!Splits(calls)) return new PhysicalSliceWindow(input, single, single.Phase, single.Keys, calls, w, a.Columns);
        (TumbleWindowSpec partial, CumulateWindowSpec final) = single.Split(input.Schema);
        return new PhysicalSliceWindow(Before(input, partial, w), final, final.Phase, final.Keys, calls, w, a.Columns);
    }

    private static PhysicalTumbleWindow Before(PhysicalNode input, TumbleWindowSpec partial, WindowFunction window) =>
        new(input, partial, window, [.. partial.Output.Fields.Select(f => new RelColumn(f.Name, f.Type))]);

    private PhysicalNode? Session(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        WindowFunction w = a.Window;
        if (!w.PartitionBy.ToHashSet().SetEquals(a.Keys))
            return NotYet("grouping sessions by other columns than they are partitioned by", "write SESSION(TABLE t PARTITION BY the keys of GROUP BY, …)");
        return new PhysicalSessionWindow(input, new SessionWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, a.Keys, calls, Properties(a)), w, a.Columns);
    }
}
