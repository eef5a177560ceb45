using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// SESSION as a table function without an aggregation: rows are kept until their session ends, as of <see cref="SessionWindowSpec"/>, and leave in the order in which they
/// came, with its bounds behind their own columns (window_start, window_end TIMESTAMP(3), window_time of the time attribute's type).
/// </summary>
/// <param name="Time">event time of at most 3 digits.</param>
/// <param name="Gap">ms, positive.</param>
/// <param name="Keys">PARTITION BY; may be none.</param>
/// <param name="Routing">columns by which the input is distributed, some of the keys; none: all keys.</param>
/// <param name="Changelog">rows may be changes of others: they leave as what they came.</param>
[Operator("session_assign")]
public sealed record SessionAssignSpec(Schema Output, int Time, long Gap, ImmutableArray<int> Keys, ImmutableArray<int> Routing = default, WindowClockKind Clock = WindowClockKind.Event,
    bool Changelog = false) : OperatorSpec(Output)
{
    public ImmutableArray<int> Routing { get; init; } = Routing.IsDefault ? [] : Routing;

    public override ImmutableArray<StateSpec> States(ImmutableArray<Schema> inputs) => [Sessions.State(inputs[0], Keys, new Schema([])), RowState(inputs[0])];

    public override Operator Create() => new SessionAssign(this);

    public override string Describe() => $"SessionAssign(time=[${Time}], gap=[{Gap} ms], partition=[{string.Join(", ", Keys.Select(k => $"${k}"))}])";

    /// <summary>(keys, number in the order of arrival) → the other columns.</summary>
    internal StateSpec RowState(Schema input) => new(
        "rows", 1, StateKind.Map, input.Select(Keys.AsSpan()), Schema.Of(("row", SqlType.BigInt.NotNull)), Stored(input), Ttl.None);

    private Schema Stored(Schema input) =>
        Changelog ? new Schema([.. input.Select(Others(input)).Fields, new Field("kind", SqlType.TinyInt.NotNull)]) : input.Select(Others(input));

    internal int[] Others(Schema input) => [.. Enumerable.Range(0, input.Count).Where(c => !Keys.Contains(c))];
}

public sealed unsafe class SessionAssign(SessionAssignSpec spec) : SessionOperator(spec.Time, spec.Gap, spec.Keys, spec.Routing, spec.Clock)
{
    private readonly List<nint> _leaving = [];
    private readonly nint[] _added = new nint[Batch.MaxRows];
    private int[] _others = [];
    private (bool Key, int Field)[] _fields = [];
    private MapTable _rows = null!;
    private int _kind;
    private long _number;

    // The session that is leaving, and how many of its rows have left.
    private nint _session;
    private int _sent;

    public override bool EmitsKinds => spec.Changelog;

    public override void Open(OperatorContext c)
    {
        var input = c.Inputs[0];
        _others = spec.Others(input);
        _fields = [.. Enumerable.Range(0, input.Count).Select(i => spec.Keys.Contains(i) ? (true, spec.Keys.IndexOf(i)) : (false, Array.IndexOf(_others, i)))];
        Open(c, c.State.Map(Sessions.State(input, spec.Keys, new Schema([]))));
        _rows = c.State.Map(spec.RowState(input));
        if (spec.Changelog) _kind = _rows.Layout.ValueOffsets[^1];
        long cursor = 0;
        for (int n; (n = _rows.Scan(ref cursor, _added)) > 0;)
            foreach (nint r in _added.AsSpan(0, n)) _number = Math.Max(_number, Number(r) + 1);
    }

    private protected override void Keep(Batch input, ReadOnlySpan<ulong> hashes)
    {
        var rows = Sessions.Rows;
        for (int i = 0; i < rows.Length; i++) _added[i] = _rows.Add(input, Keys, rows[i], hashes[rows[i]], _number++);
        _rows.WriteValues(input, _others, rows, _added.AsSpan(0, rows.Length));
        if (spec.Changelog) for (int i = 0; i < rows.Length; i++) *(RowKind*)(_added[i] + _kind) = input.KindAt(rows[i]);
    }

    // A session's rows are those of its key and time.
    private protected override void Join()
    {
    }

    private protected override bool Fire(Output o)
    {
        while (true)
        {
            if (_session == 0)
            {
                nint next = 0;
                if (Sessions.Take(FireTo, new Span<nint>(ref next)) == 0) return true;
                Collect(_session = next);
            }

            if (!Send(o)) return false;
            var rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_leaving);
            _rows.Remove(rows);
            Sessions.Table.Remove([_session]);
            _session = 0;
        }
    }

    // The newest row of a key comes first.
    private void Collect(nint session)
    {
        _leaving.Clear();
        _sent = 0;
        for (nint r = _rows.FirstOf(Sessions.Table, session); r != 0; r = _rows.Next(r)) if (Sessions.Holds(session, Time(r))) _leaving.Add(r);
        _leaving.Reverse();
    }

    private bool Send(Output o)
    {
        var builder = o.Builder();
        int width = spec.Output.Count - 3;
        while (_sent < _leaving.Count)
        {
            int n = Math.Min(_leaving.Count - _sent, o.BatchSize - builder.Count);
            var rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_leaving).Slice(_sent, n);
            for (int c = 0; c < width; c++) _rows.CopyField(_fields[c].Key, _fields[c].Field, rows, builder.Columns[c]);
            Sessions.WriteProperties(_session, n, builder, width);
            if (spec.Changelog)
            {
                var kinds = builder.AppendKinds(n);
                for (int i = 0; i < n; i++) kinds[i] = *(byte*)(rows[i] + _kind);
            }

            builder.Advance(n);
            _sent += n;
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }

        return true;
    }

    private long Number(nint row) => *(long*)(row + _rows.Layout.SubKeyOffsets[0]);

    // In the time of the windows.
    private long Time(nint row)
    {
        var (key, field) = _fields[spec.Time];
        return Clock.Local(*(long*)(row + (key ? _rows.Layout.KeyOffsets[field] : _rows.Layout.ValueOffsets[field])));
    }
}
