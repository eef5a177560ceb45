namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>
/// The session's time zone on milliseconds. As java.time does: a wall-clock time that a change to summer time skips is moved on by the skipped span; of one that
/// occurs twice the earlier instant is meant.
/// </summary>
internal readonly struct Zone(TimeZoneInfo zone)
{
    private static readonly long Least = new DateTimeOffset(2, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly long Greatest = new DateTimeOffset(9998, 12, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private readonly bool _utc = zone.HasSameRules(TimeZoneInfo.Utc);

    /// <summary>Wall-clock ms of an instant.</summary>
    public long ToLocal(long utc) => _utc ? utc : utc + (long)zone.GetUtcOffset(Point(utc, DateTimeKind.Utc)).TotalMilliseconds;

    /// <summary>The instant of a wall-clock time.</summary>
    public long ToUtc(long local)
    {
        if (_utc) return local;
        var point = Point(local, DateTimeKind.Unspecified);
        // A day on either side of a change the offset is settled; the earlier offset is larger where a time occurs twice and smaller where it is skipped, and right in both.
        if (zone.IsInvalidTime(point) || zone.IsAmbiguousTime(point)) return local - (long)zone.GetUtcOffset(Point(local - Calendar.Day, DateTimeKind.Unspecified)).TotalMilliseconds;
        return local - (long)zone.GetUtcOffset(point).TotalMilliseconds;
    }

    private static DateTime Point(long ms, DateTimeKind kind) => new(DateTime.UnixEpoch.Ticks + (Math.Clamp(ms, Least, Greatest) * TimeSpan.TicksPerMillisecond), kind);
}
