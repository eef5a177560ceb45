using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Join of two windowed inputs, port 0 and 1, on the same window and equal keys. Rows are kept by window, and joined when the watermark reaches the window's end − 1 ms;
/// then the window is forgotten. Rows of a window that has fired are dropped and counted in <c>late_rows</c>. NULL keys match nothing.
/// Output: left columns, then right columns; of a semi or anti join the left columns.
/// </summary>
/// <param name="LeftKeys">key columns of port 0, the window's bounds apart (of sessions its start is one of them); may be none.</param>
/// <param name="RightKeys">key columns of port 1, of the same types (nullability apart).</param>
/// <param name="LeftEnd">column of port 0 that holds the window's end: TIMESTAMP(3).</param>
/// <param name="RightEnd">likewise of port 1.</param>
/// <param name="Condition">over left columns ++ right columns: what a pair must fulfil beside; null: nothing.</param>
/// <param name="LeftRouting">columns by which port 0 is distributed; none: its keys.</param>
/// <param name="RightRouting">likewise of port 1, in the same order.</param>
/// <param name="Local">windows are of a TIMESTAMP_LTZ: their ends are wall-clock times of the session's zone.</param>
[Operator("window_join")]
public sealed record WindowJoinSpec(
    Schema Output, JoinType Type, ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, int LeftEnd, int RightEnd, Expr? Condition = null,
    ImmutableArray<int> LeftRouting = default, ImmutableArray<int> RightRouting = default, bool Local = false) : OperatorSpec(Output)
{
    public ImmutableArray<int> LeftRouting { get; init; } = LeftRouting.IsDefault ? [] : LeftRouting;

    public ImmutableArray<int> RightRouting { get; init; } = RightRouting.IsDefault ? [] : RightRouting;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [SideState("left", inputs[0], LeftKeys), SideState("right", inputs[1], RightKeys)];

    public override Operator Create() => new WindowJoin(this);

    public override string Describe() =>
        $"WindowJoin(type=[{Type.ToString().ToUpperInvariant()}], window=[left.${LeftEnd} = right.${RightEnd}], on=[{JoinTypes.On(LeftKeys, RightKeys)}]"
        + $"{(Condition is null ? "" : $", condition=[{Condition}]")})";

    /// <summary>A side's rows of one window: key, all other columns.</summary>
    internal static StateSpec SideState(string name, Schema side, ImmutableArray<int> keys) =>
        new(name, 1, StateKind.Log, side.Select(keys.AsSpan()), null, side.Select([.. JoinSide.Others(side, keys)]), Ttl.None);
}

public sealed class WindowJoin(WindowJoinSpec spec) : Operator
{
    private readonly Side[] _sides = new Side[2];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly long[] _times = new long[Batch.MaxRows];

    // A window's pane is its last millisecond, which is also what lateness is judged by.
    private readonly PaneSplit _split = new(1, 0);
    private PaneJoin _join = null!;
    private Counter _late = null!;
    private Zone _zone;
    private long _watermark;
    private bool _firing;

    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    public override void Open(OperatorContext c)
    {
        var states = spec.States(c.Inputs);
        _sides[0] = new Side(c.State.Logs(states[0]), new SideColumns(c.Inputs[0], spec.LeftKeys, 0), new SideHashes(spec.LeftKeys, spec.LeftRouting), spec.LeftEnd);
        _sides[1] = new Side(c.State.Logs(states[1]), new SideColumns(c.Inputs[1], spec.RightKeys, c.Inputs[0].Count), new SideHashes(spec.RightKeys, spec.RightRouting), spec.RightEnd);
        var condition = spec.Condition is null ? null
            : new PairCondition(spec.Condition, c.Inputs[0].Concat(c.Inputs[1]), new EvaluationContext(c.TimeZone, () => c.ProcessingTime));
        _join = new PaneJoin(spec.Type, _sides[0].Columns, _sides[1].Columns, condition);
        _late = c.Counter("late_rows");
        _watermark = c.Watermark;
        _zone = new Zone(c.TimeZone);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        var side = _sides[port];
        LastMilliseconds(((FixedColumn<long>)input.Columns[side.End]).Values);
        _split.Split(input, _times.AsSpan(0, input.Length), _watermark);
        if (!_split.Late.IsEmpty) _late.Add(_split.Late.Length);
        if (_split.Count == 0) return;
        var hashes = side.Hashes.Of(input);
        bool keeps = spec.Type.Keeps(port);
        for (int p = 0; p < _split.Count; p++)
        {
            var rows = _split.Rows(p);
            if (!keeps)
            {
                rows.CopyTo(_rows);
                rows = _rows.AsSpan(0, side.Columns.WithKeys(input, _rows, rows.Length));
            }

            if (rows.Length > 0) side.Panes[_split.Pane(p)].Append(input, side.Columns.Keys, side.Columns.Others, rows, hashes);
        }
    }

    public override void OnWatermark(long watermark, Output o)
    {
        _watermark = watermark;
        _firing = true;
        Fire(o);
    }

    public override bool Resume(Output o)
    {
        if (_firing) Fire(o);
        return _firing;
    }

    // Windows leave in the order of their ends; the watermark follows the last one.
    private void Fire(Output o)
    {
        while (true)
        {
            if (!_join.Active)
            {
                long pane = Math.Min(Earliest(_sides[0].Panes), Earliest(_sides[1].Panes));
                if (pane > _watermark || pane == long.MaxValue) break;
                _join.Begin(pane, _sides[0].Panes.Find(pane), _sides[1].Panes.Find(pane));
            }

            if (!_join.Emit(o)) return;
            _sides[0].Panes.Drop(_join.Pane);
            _sides[1].Panes.Drop(_join.Pane);
        }

        _firing = false;
        o.Advance(_watermark);
    }

    private static long Earliest(LogPanes panes) => panes.Open.Count > 0 ? panes.Open[0] : long.MaxValue;

    private void LastMilliseconds(ReadOnlySpan<long> ends)
    {
        if (!spec.Local)
        {
            for (int i = 0; i < ends.Length; i++) _times[i] = ends[i] - 1;
            return;
        }

        for (int i = 0; i < ends.Length; i++) _times[i] = i > 0 && ends[i] == ends[i - 1] ? _times[i - 1] : _zone.ToUtc(ends[i] - 1);
    }

    private sealed record Side(LogPanes Panes, SideColumns Columns, SideHashes Hashes, int End);
}
