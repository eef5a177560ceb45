using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>What follows from the bounds of an interval join (ms).</summary>
internal readonly record struct IntervalTimes(long Lower, long Upper)
{
    private const long MinSlice = 1000;

    /// <summary>How long a row stays for late ones after its last partner was due: as long as Flink's clean-up waits.</summary>
    public long Slack => Math.Max(0, (Upper - Lower) / 2);

    /// <summary>Length of the slices of time in which rows are kept and dropped: a row looks into about three of the other side.</summary>
    public long Slice => Math.Max(MinSlice, (Upper - Lower) / 2);
}

/// <summary>One side of an interval join: its rows by slice of time and key. Where a row matters without a partner it knows whether it has had one.</summary>
internal sealed unsafe class IntervalSide
{
    private readonly int _timeOffset;
    private readonly int _matchedOffset;
    private readonly long _from;
    private readonly long _to;
    private readonly long _slice;
    private readonly long _slack;
    private readonly int[] _kept = new int[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];

    /// <param name="time">event time's column.</param>
    /// <param name="from">a row of time t has partners from t + from …</param>
    /// <param name="to">… to t + to.</param>
    /// <param name="keeps">rows matter without a partner.</param>
    public IntervalSide(LogPanes panes, SideColumns columns, SideHashes hashes, int time, long from, long to, IntervalTimes times, bool keeps)
    {
        (Panes, Columns, Hashes, Time, Keeps) = (panes, columns, hashes, time, keeps);
        (_from, _to, _slice, _slack) = (from, to, times.Slice, times.Slack);
        var layout = RecordLayout.Of(panes.Spec);
        int key = Array.IndexOf(columns.Keys, time);
        _timeOffset = key >= 0 ? layout.KeyOffsets[key] : layout.ValueOffsets[Array.IndexOf(columns.Others, time)];
        _matchedOffset = keeps ? layout.ValueOffsets[^1] : -1;
    }

    public LogPanes Panes { get; }

    public SideColumns Columns { get; }

    public SideHashes Hashes { get; }

    public int Time { get; }

    public bool Keeps { get; }

    /// <summary>Length of a slice, ms.</summary>
    public long Slice => _slice;

    /// <summary>A side's rows of one slice: key, all other columns, and (of a side that is kept) whether a partner was found.</summary>
    public static StateSpec State(string name, Schema side, ImmutableArray<int> keys, bool keeps)
    {
        var value = side.Select([.. JoinSide.Others(side, keys)]);
        if (keeps) value = value.Concat(Schema.Of(("matched", SqlType.Boolean.NotNull)));
        return new StateSpec(name, 1, StateKind.Log, side.Select(keys.AsSpan()), null, value, Ttl.None);
    }

    /// <summary>Earliest time of a partner of a row of this side.</summary>
    public long First(long time) => time + _from;

    /// <summary>Latest time of a partner of a row of this side.</summary>
    public long Last(long time) => time + _to;

    /// <summary>Start of the slice that holds a time.</summary>
    public long SliceOf(long time)
    {
        long rest = time % _slice;
        return time - (rest < 0 ? rest + _slice : rest);
    }

    /// <summary>Whether a kept row of that time can still be found.</summary>
    public bool IsLive(long time, long watermark) => watermark <= time + _to + _slack;

    /// <summary>Whether no row of a slice can be found any more.</summary>
    public bool IsDead(long slice, long watermark) => !IsLive(slice + _slice - 1, watermark);

    public long TimeOf(nint record) => *(long*)(record + _timeOffset);

    /// <summary>Notes that a kept row has found a partner.</summary>
    public void SetMatched(LogTable table, nint record)
    {
        if (_matchedOffset < 0 || *(byte*)(record + _matchedOffset) != 0) return;
        table.Touch(record);
        *(byte*)(record + _matchedOffset) = 1;
    }

    /// <summary>Keeps the records that never found a partner, in place; gives their number.</summary>
    public int Unmatched(Span<nint> records)
    {
        int n = 0;
        foreach (nint r in records) if (*(byte*)(r + _matchedOffset) == 0) records[n++] = r;
        return n;
    }

    /// <summary>
    /// Keeps the rows of a batch whose partners may still come. Gives how many of the others matter and found none, in <paramref name="padding"/>.
    /// </summary>
    public int Append(Batch batch, IntervalProbe probe, int[] padding)
    {
        var hashes = Hashes.Of(batch);
        var times = ((FixedColumn<long>)batch.Columns[Time]).Values;
        int padded = 0, n = 0;
        long slice = long.MinValue;
        foreach (int row in probe.WithoutKey) padding[padded++] = row;
        foreach (int row in probe.WithKey)
        {
            if (probe.WatermarkAt(row) >= Last(times[row]))
            {
                if (Keeps && !probe.IsMatched(row)) padding[padded++] = row;
                continue;
            }

            long at = SliceOf(times[row]);
            if (at != slice)
            {
                Append(slice, batch, n, hashes, probe);
                (slice, n) = (at, 0);
            }

            _kept[n++] = row;
        }

        Append(slice, batch, n, hashes, probe);
        return padded;
    }

    private void Append(long slice, Batch batch, int n, ReadOnlySpan<ulong> hashes, IntervalProbe probe)
    {
        if (n == 0) return;
        var rows = _kept.AsSpan(0, n);
        Panes[slice].Append(batch, Columns.Keys, Columns.Others, rows, hashes, _records);
        if (!Keeps) return;
        for (int i = 0; i < n; i++) if (probe.IsMatched(rows[i])) *(byte*)(_records[i] + _matchedOffset) = 1;
    }
}
