using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// A windowing table function without an aggregation: each row once for each of its windows, with their bounds behind its own columns (window_start, window_end TIMESTAMP(3),
/// window_time of the time attribute's type). Nothing is late here, and nothing is kept.
/// </summary>
/// <param name="Time">event time of at most 3 digits. Windows of a TIMESTAMP_LTZ are cut from wall-clock time of the session's zone.</param>
/// <param name="Size">ms; where windows cumulate a multiple of <paramref name="Step"/>.</param>
/// <param name="Step">ms: slide of HOP, step of CUMULATE, size of TUMBLE.</param>
/// <param name="Cumulates">windows grow step by step to their size; else each has the full size.</param>
[Operator("window_assign")]
public sealed record WindowAssignSpec(Schema Output, int Time, long Size, long Step, long Offset, bool Cumulates) : OperatorSpec(Output)
{
    public override Operator Create() => new WindowAssign(this);

    public override string Describe() =>
        $"WindowAssign(time=[${Time}], size=[{Size} ms]{(Step == Size ? "" : $", {(Cumulates ? "step" : "slide")}=[{Step} ms]")}{(Offset == 0 ? "" : $", offset=[{Offset} ms]")})";
}

public sealed class WindowAssign(WindowAssignSpec spec) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly PaneSplit _panes = new(spec.Step, spec.Offset);
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly long[] _starts = new long[Batch.MaxRows];
    private readonly long[] _ends = new long[Batch.MaxRows];
    private readonly Marks _marks = new();
    private readonly BatchBuilder?[] _builders = new BatchBuilder?[2];
    private bool _local;
    private Zone _zone;
    private Batch? _batch;

    // The next row and the number of its next window; the next mark.
    private int _next;
    private int _window;
    private int _mark;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        _local = c.Inputs[0][spec.Time].Type.Kind == TypeKind.TimestampLtz;
        _zone = new Zone(c.TimeZone);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next, _window, _mark) = (input, 0, 0, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_batch is not null) Go(o);
        return _batch is not null;
    }

    private void Go(Output o)
    {
        var input = _batch!;
        var selected = input.Selection is { } s ? s.Rows : AllRows.AsSpan(0, input.Length);
        var times = ((FixedColumn<long>)input.Columns[spec.Time]).Values;
        var builder = _builders[input.HasKinds ? 1 : 0] ??= new BatchBuilder(spec.Output, input.HasKinds);
        while (_next < selected.Length)
        {
            int n = Fill(input, selected, times, o.BatchSize);
            var rows = _rows.AsSpan(0, n);
            for (int c = 0; c < input.Columns.Length; c++) builder.Columns[c].Gather(input.Columns[c], rows);
            if (input.HasKinds)
            {
                var kinds = builder.AppendKinds(n);
                for (int i = 0; i < n; i++) kinds[i] = (byte)input.KindAt(rows[i]);
            }

            Bounds(builder, n);
            builder.Advance(n);
            var batch = builder.Borrow();
            batch.Marks = _marks.Count > 0 ? _marks : null;
            o.Append(batch);
            builder.Reset();
            if (o.Full && _next < selected.Length) return;
        }

        // Marks behind the last row are told by the watermark that follows.
        _batch = null;
    }

    // Rows and windows of the next batch, with the marks between them.
    private int Fill(Batch input, ReadOnlySpan<int> selected, ReadOnlySpan<long> times, int most)
    {
        int n = 0;
        _marks.Clear();
        for (; _next < selected.Length; _next++, _window = 0)
        {
            int row = selected[_next];
            for (; input.Marks is { } m && _mark < m.Count && m.Rows[_mark] <= row; _mark++) _marks.Add(n, m.Watermarks[_mark]);
            long time = _local ? _zone.ToLocal(times[row]) : times[row];
            long pane = _panes.StartOf(time), whole = spec.Cumulates ? _panes.Floor(time, spec.Size) : 0;
            for (; ; _window++)
            {
                long start = spec.Cumulates ? whole : pane - (_window * spec.Step);
                long end = spec.Cumulates ? pane + ((_window + 1) * spec.Step) : start + spec.Size;
                if (spec.Cumulates ? end > whole + spec.Size : end <= time) break;
                if (n == most) return n;
                (_rows[n], _starts[n], _ends[n]) = (row, start, end);
                n++;
            }
        }

        return n;
    }

    private void Bounds(BatchBuilder builder, int n)
    {
        int at = spec.Output.Count - 3;
        _starts.AsSpan(0, n).CopyTo(builder.Fixed<long>(at).Append(n));
        _ends.AsSpan(0, n).CopyTo(builder.Fixed<long>(at + 1).Append(n));
        var times = builder.Fixed<long>(at + 2).Append(n);
        for (int i = 0; i < n; i++) times[i] = _local ? _zone.ToUtc(_ends[i] - 1) : _ends[i] - 1;
    }
}
