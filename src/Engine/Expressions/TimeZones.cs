using System.Globalization;

namespace OrleansStream.Engine.Expressions;

/// <summary>Time zones by the names that <c>table.local-time-zone</c> takes: <c>Europe/Berlin</c>, <c>UTC</c>, <c>GMT+08:00</c>, <c>UTC-3</c>, <c>+05:30</c>.</summary>
public static class TimeZones
{
    /// <summary>null = there is no such zone.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        if (name is "UTC" or "GMT" or "Z") return TimeZoneInfo.Utc;
        string offset = name.StartsWith("GMT", StringComparison.Ordinal) || name.StartsWith("UTC", StringComparison.Ordinal) ? name[3..] : name;
        if (offset.Length > 1 && offset[0] is '+' or '-')
        {
            string[] parts = offset[1..].Split(':');
            int minutes = 0;
            if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hours) || hours > 14) return null;
            if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out minutes) || minutes > 59)) return null;
            var span = new TimeSpan(hours, minutes, 0);
            return TimeZoneInfo.CreateCustomTimeZone(name, offset[0] == '-' ? -span : span, name, name);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }
}
