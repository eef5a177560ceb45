using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
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
        WindowFunction w = a.Window;
        if (w.Time == TimeKind.Event && input.Columns[w.TimeColumn].Time == TimeKind.None)
        {
            return Refuse(Codes.TimeAttribute, $"the time '{input.Columns[w.TimeColumn].Name}' of this window has come through a join that keeps no order of time",
                "bound the distance of both times in the join's condition, or put the window before the join");
        }
        WindowClockKind clock = ClockOf(w, input);
        ImmutableArray<AggregateCall> calls = [.. a.Calls.Select(Call)];
        if (calls.FirstOrDefault(c => !EngineAggregates.Has(c)) is { } unknown)
            return NotYet($"{unknown.Function}({string.Join(", ", unknown.ArgumentTypes.Select(t => t.WithNullable(true)))}) in a window", null);
        bool retracts = Emits(input) != ModifyKinds.Insert;
        if (retracts && !TakesBack(a, calls)) return null;
        if (clock == WindowClockKind.Processing && w.Kind != WindowKind.Session) return new PhysicalProcessingWindow(input, w, a.Keys, calls, a.Columns);
        // Panes and sessions are merged; what a DISTINCT call has seen is kept a window. A size that is no multiple of the slide makes no panes.
        bool uneven = w.Kind == WindowKind.Hop && w.Size % w.Step != 0;
        if (uneven || (w.Kind != WindowKind.Tumble && (calls.Any(c => c.Distinct) || (retracts && w.Kind != WindowKind.Session))))
            return clock == WindowClockKind.Processing ? NotYet("DISTINCT in SESSION on processing time", null) : OfAssigned(a, input, calls);
        return w.Kind switch
        {
            WindowKind.Tumble => Tumble(a, input, calls),
            WindowKind.Hop => Hop(a, input, calls),
            WindowKind.Cumulate => Cumulate(a, input, calls),
            _ => new PhysicalSessionWindow(input, new SessionWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, a.Keys, calls, Properties(a), Clock: clock, Retracts: retracts), w, a.Columns),
        };
    }

    /// <summary>Whether rows may be taken back; false after a finding.</summary>
    private bool TakesBack(LogicalWindowAggregate a, ImmutableArray<AggregateCall> calls)
    {
        if (a.Window.Time == TimeKind.Processing) return NotYet("a window on processing time over rows that may be taken back", "use a column with a WATERMARK") is not null;
        var unable = calls.FirstOrDefault(c => !EngineAggregates.Retracts(c) || FunctionCatalog.KeepsValues(c));
        return unable is null || NotYet($"{unable.Function} in a window over rows that may be taken back", null) is not null;
    }

    private static WindowClockKind ClockOf(WindowFunction w, PhysicalNode input) =>
        w.Time == TimeKind.Processing ? WindowClockKind.Processing
        : input.Columns[w.TimeColumn].Type.Kind == TypeKind.TimestampLtz ? WindowClockKind.Instant : WindowClockKind.Event;

    /// <summary>A windowing table function.</summary>
    private PhysicalNode? Assign(LogicalWindow w, PhysicalNode input)
    {
        if (w.Window.Time == TimeKind.Processing) return NotYet("a window on processing time without GROUP BY window_start, window_end", "group by both bounds of the window");
        if (w.Window.Kind != WindowKind.Session) return new PhysicalWindowAssign(input, w.Window, w.Columns);
        if (input.Columns.FirstOrDefault(c => c.Type.Width == 0) is { } wide)
            return NotYet($"a column of type {wide.Type.WithNullable(true)} in sessions", "select what is needed of it before");
        return new PhysicalSessionAssign(input, w.Window, w.Columns);
    }

    /// <summary>Rows get their windows first; a window is then one of 1 ms at its window_time, and its start one of the keys.</summary>
    private static PhysicalProject OfAssigned(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        int width = input.Columns.Length, keys = a.Keys.Length;
        RelColumn[] bounds = [.. GroupWindows.Columns(input.Columns[a.Window.TimeColumn])];
        ImmutableArray<RelColumn> assigned = [.. input.Columns.Select(c => c.Plain()), .. bounds];
        PhysicalNode assign = a.Window.Kind == WindowKind.Session
            ? new PhysicalSessionAssign(input, a.Window, assigned)
            : new PhysicalWindowAssign(input, a.Window, assigned);
        RelColumn[] wanted = [.. a.Columns.Skip(keys + calls.Length)];
        RelColumn[] others = [.. wanted.Where(c => c.Window != WindowRole.Start)];
        ImmutableArray<RelColumn> columns = [.. a.Columns.Take(keys), bounds[0], .. a.Columns.Skip(keys).Take(calls.Length), .. others];
        var spec = new TumbleWindowSpec(
            RelColumn.Schema(columns), width + 2, 1, 0, [.. a.Keys, width], calls, AggregatePhase.Single, [.. others.Select(Property)], Clock: ClockOf(a.Window, input), Retracts: Emits(input) != ModifyKinds.Insert);
        var window = new WindowFunction(WindowKind.Tumble, width + 2, a.Window.Time, 1, 1, 0, []);
        var aggregate = new PhysicalTumbleWindow(assign, spec, window, columns);
        int PlaceOf(int i) => i < keys ? i : i < keys + calls.Length ? i + 1
            : wanted[i - keys - calls.Length].Window == WindowRole.Start ? keys : keys + 1 + calls.Length + Array.IndexOf(others, wanted[i - keys - calls.Length]);
        return new PhysicalProject(aggregate, [.. a.Columns.Select((c, i) => new ColumnExpr(PlaceOf(i), c.Type))], a.Columns);
    }

    private PhysicalTumbleWindow Tumble(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        bool retracts = Emits(input) != ModifyKinds.Insert;
        var single = new TumbleWindowSpec(
            RelColumn.Schema(a.Columns), a.Window.TimeColumn, a.Window.Size, a.Window.Offset, a.Keys, calls, AggregatePhase.Single, Properties(a), Clock: ClockOf(a.Window, input), Retracts: retracts);
        if (retracts || !Splits(calls, single.Clock)) return new PhysicalTumbleWindow(input, single, a.Window, a.Columns);
        (TumbleWindowSpec partial, TumbleWindowSpec final) = single.Split(input.Schema);
        return new PhysicalTumbleWindow(Before(input, partial, a.Window), final, a.Window, a.Columns);
    }

    /// <summary>The bounds that the query wants, in the order of its columns.</summary>
    private static ImmutableArray<WindowProperty> Properties(LogicalWindowAggregate a) => [.. a.Columns.Skip(a.Keys.Length + a.Calls.Length).Select(Property)];

    public static WindowProperty Property(RelColumn column) => column.Window switch
    {
        WindowRole.Start => WindowProperty.Start,
        WindowRole.End => WindowProperty.End,
        _ => WindowProperty.Time,
    };

    // Processing time is the last phase's own; rows of an instant's panes are judged in the session's zone, by one phase.
    private bool Splits(ImmutableArray<AggregateCall> calls, WindowClockKind clock) => options.TwoPhase && clock == WindowClockKind.Event && !calls.Any(c => c.Distinct);

    private PhysicalSliceWindow Hop(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        WindowFunction w = a.Window;
        var single = new HopWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, w.Step, w.Offset, a.Keys, calls, AggregatePhase.Single, Properties(a), Clock: ClockOf(a.Window, input));
        if (!Splits(calls, single.Clock)) return new PhysicalSliceWindow(input, single, single.Phase, single.Keys, calls, w, a.Columns);
        (TumbleWindowSpec partial, HopWindowSpec final) = single.Split(input.Schema);
        return new PhysicalSliceWindow(Before(input, partial, w), final, final.Phase, final.Keys, calls, w, a.Columns);
    }

    private PhysicalSliceWindow Cumulate(LogicalWindowAggregate a, PhysicalNode input, ImmutableArray<AggregateCall> calls)
    {
        WindowFunction w = a.Window;
        var single = new CumulateWindowSpec(RelColumn.Schema(a.Columns), w.TimeColumn, w.Size, w.Step, w.Offset, a.Keys, calls, AggregatePhase.Single, Properties(a), Clock: ClockOf(a.Window, input));
        if (!Splits(calls, single.Clock)) return new PhysicalSliceWindow(input, single, single.Phase, single.Keys, calls, w, a.Columns);
        (TumbleWindowSpec partial, CumulateWindowSpec final) = single.Split(input.Schema);
        return new PhysicalSliceWindow(Before(input, partial, w), final, final.Phase, final.Keys, calls, w, a.Columns);
    }

    private static PhysicalTumbleWindow Before(PhysicalNode input, TumbleWindowSpec partial, WindowFunction window) =>
        new(input, partial, window, [.. partial.Output.Fields.Select(f => new RelColumn(f.Name, f.Type))]);
}
