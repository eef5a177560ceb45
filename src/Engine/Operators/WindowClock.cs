using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Engine.Operators;

/// <summary>What drives windows, and from what they are cut.</summary>
public enum WindowClockKind : byte
{
    /// <summary>Event time that is a wall-clock time (TIMESTAMP).</summary>
    Event,

    /// <summary>Event time that is an instant (TIMESTAMP_LTZ): windows are cut from wall-clock time of the session's zone.</summary>
    Instant,

    /// <summary>The shard's clock; windows are cut from wall-clock time of the session's zone. No row is late.</summary>
    Processing,
}

/// <summary>
/// The time of an operator of windows, in wall-clock ms: instants are brought into the session's zone, and processing time takes the place of a column. Where a zone's
/// clock is set back an hour occurs twice and makes one set of windows, which end when it occurs the second time.
/// </summary>
internal sealed class WindowClock
{
    private readonly TimeZoneInfo _info;
    private readonly Zone _zone;
    private readonly bool _shifts;
    private readonly OperatorContext _context;
    private readonly Marks _marks = new();
    private long[] _times = [];

    /// <param name="granularityMs">the smallest distance between ends of windows: how often processing time is looked at.</param>
    public WindowClock(WindowClockKind kind, OperatorContext context, long granularityMs)
    {
        (_context, _info, _zone) = (context, context.TimeZone, new Zone(context.TimeZone));
        IsProcessing = kind == WindowClockKind.Processing;
        _shifts = kind != WindowClockKind.Event && !_info.HasSameRules(TimeZoneInfo.Utc);
        if (IsProcessing) context.NeedsProcessingTime(Math.Clamp(granularityMs / 4, 1, 100));
    }

    public bool IsProcessing { get; }

    /// <summary>The time of the batch in progress.</summary>
    public long Now => _zone.ToLocal(_context.ProcessingTime);

    /// <summary>Times of the rows by position.</summary>
    public ReadOnlySpan<long> Times(Batch batch, int column)
    {
        if (!IsProcessing && !_shifts) return ((FixedColumn<long>)batch.Columns[column]).Values;
        if (_times.Length < batch.Length) _times = new long[Batch.MaxRows];
        var times = _times.AsSpan(0, batch.Length);
        if (IsProcessing)
        {
            times.Fill(Now);
            return times;
        }

        var instants = ((FixedColumn<long>)batch.Columns[column]).Values;
        if (batch.Selection is { } selection) foreach (int r in selection.Rows) times[r] = _zone.ToLocal(instants[r]);
        else for (int r = 0; r < times.Length; r++) times[r] = _zone.ToLocal(instants[r]);
        return times;
    }

    /// <summary>A value of the time column in the time of the windows.</summary>
    public long Local(long value) => _shifts ? _zone.ToLocal(value) : value;

    /// <summary>The batch's marks as progress; null = none.</summary>
    public Marks? MarksOf(Batch batch)
    {
        if (IsProcessing) return null;
        if (!_shifts || batch.Marks is not { Count: > 0 } marks) return batch.Marks;
        _marks.Clear();
        for (int i = 0; i < marks.Count; i++) _marks.Add(marks.Rows[i], Progress(marks.Watermarks[i]));
        return _marks;
    }

    /// <summary>The wall-clock time that a watermark has passed: no row at or before it follows.</summary>
    public long Progress(long watermark)
    {
        if (!_shifts || watermark is long.MinValue or long.MaxValue) return watermark;
        long local = _zone.ToLocal(watermark);
        var point = new DateTime(DateTime.UnixEpoch.Ticks + (local * TimeSpan.TicksPerMillisecond), DateTimeKind.Unspecified);
        if (!_info.IsAmbiguousTime(point)) return local;

        // The first of two equal hours: the second is still to come.
        var offsets = _info.GetAmbiguousTimeOffsets(point);
        long greater = (long)offsets.Max().TotalMilliseconds, smaller = (long)offsets.Min().TotalMilliseconds;
        return local - watermark == greater ? local - (greater - smaller) : local;
    }

    /// <summary>What processing time <paramref name="now"/> has passed: a row that comes now is not in it.</summary>
    public long ProgressOfClock(long now) => Progress(now) - 1;

    /// <summary>As above, at the time of the batch in progress.</summary>
    public long ProgressOfClock() => ProgressOfClock(_context.ProcessingTime);

    /// <summary>The value of window_time for a window whose last ms is <paramref name="last"/>.</summary>
    public long WindowTime(long last) => _shifts ? _zone.ToUtc(last) : last;
}
