using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>Units of time by name, as EXTRACT, FLOOR … TO and TIMESTAMPADD take them (a constant text in the plan).</summary>
internal enum TimeUnit
{
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    Dow,
    IsoDow,
    Doy,
    IsoYear,
    Epoch,
}

internal static class TimeUnits
{
    public static TimeUnit? Of(Expr unit) =>
        unit is LiteralExpr { Value: { } name, Type.IsText: true } && Enum.TryParse(name, ignoreCase: true, out TimeUnit u) && char.IsAsciiLetter(name[0]) ? u : null;

    /// <summary>Months in the unit, 0 = it counts milliseconds.</summary>
    public static int Months(TimeUnit unit) => unit switch
    {
        TimeUnit.Month => 1,
        TimeUnit.Quarter => 3,
        TimeUnit.Year => 12,
        TimeUnit.Decade => 120,
        TimeUnit.Century => 1200,
        TimeUnit.Millennium => 12000,
        _ => 0,
    };

    /// <summary>Milliseconds in a unit from MILLISECOND to WEEK, else 0.</summary>
    public static long Milliseconds(TimeUnit unit) => unit switch
    {
        TimeUnit.Millisecond => 1,
        TimeUnit.Second => Calendar.Second,
        TimeUnit.Minute => Calendar.Minute,
        TimeUnit.Hour => Calendar.Hour,
        TimeUnit.Day => Calendar.Day,
        TimeUnit.Week => 7 * Calendar.Day,
        _ => 0,
    };

    /// <summary>The start of the unit in which a wall-clock time lies. Weeks start on Sunday; centuries and millennia in their year 1.</summary>
    public static long Floor(long ms, TimeUnit unit)
    {
        if (Milliseconds(unit) is > 0 and var size)
        {
            // 1970-01-01 was a Thursday: the Sunday before it lies four days back.
            long origin = unit == TimeUnit.Week ? -4 * Calendar.Day : 0;
            return ms - Calendar.FloorMod(ms - origin, size);
        }

        var (year, month, _) = Calendar.DateOf(Calendar.DayOf(ms));
        (year, month) = unit switch
        {
            TimeUnit.Month => (year, month),
            TimeUnit.Quarter => (year, ((month - 1) / 3 * 3) + 1),
            TimeUnit.Decade => ((int)Calendar.FloorDiv(year, 10) * 10, 1),
            TimeUnit.Century => (((int)Calendar.FloorDiv(year - 1, 100) * 100) + 1, 1),
            TimeUnit.Millennium => (((int)Calendar.FloorDiv(year - 1, 1000) * 1000) + 1, 1),
            _ => (year, 1),
        };
        return Calendar.DaysOf(year, month, 1) * Calendar.Day;
    }

    /// <summary>
    /// The time itself when a unit starts there, else the start of the next. Units of months look at the date only, as in Flink: a unit starts on the whole of its first day.
    /// </summary>
    public static long Ceiling(long ms, TimeUnit unit)
    {
        long floor = Floor(ms, unit);
        if (floor == ms) return ms;
        if (Milliseconds(unit) is > 0 and var size) return floor + size;
        return Calendar.DayOf(floor) == Calendar.DayOf(ms) ? floor : Calendar.AddMonths(Calendar.DayOf(floor), Months(unit)) * Calendar.Day;
    }

    /// <summary>A field of a wall-clock time, as EXTRACT gives it.</summary>
    public static long Field(long ms, TimeUnit unit)
    {
        int day = Calendar.DayOf(ms);
        int time = Calendar.TimeOf(ms);
        switch (unit)
        {
            case TimeUnit.Millisecond: return time % 1000;
            case TimeUnit.Second: return time / 1000 % 60;
            case TimeUnit.Minute: return time / Calendar.Minute % 60;
            case TimeUnit.Hour: return time / Calendar.Hour;
            case TimeUnit.Epoch: return Calendar.FloorDiv(ms, 1000);
            case TimeUnit.Doy: return Calendar.DayOfYear(day);
            case TimeUnit.IsoDow: return Calendar.IsoDayOfWeek(day);
            case TimeUnit.Dow: return (Calendar.IsoDayOfWeek(day) % 7) + 1;
            case TimeUnit.Week or TimeUnit.IsoYear: return IsoWeek(day, unit);
            default: break;
        }

        var (year, month, ofMonth) = Calendar.DateOf(day);
        return unit switch
        {
            TimeUnit.Day => ofMonth,
            TimeUnit.Month => month,
            TimeUnit.Quarter => (month + 2) / 3,
            TimeUnit.Decade => Calendar.FloorDiv(year, 10),
            TimeUnit.Century => year > 0 ? (year + 99) / 100 : (year - 99) / 100,
            TimeUnit.Millennium => year > 0 ? (year + 999) / 1000 : (year - 999) / 1000,
            _ => year,
        };
    }

    // The ISO week belongs to the year in which its Thursday lies.
    private static long IsoWeek(int day, TimeUnit unit)
    {
        int thursday = day - Calendar.IsoDayOfWeek(day) + 4;
        return unit == TimeUnit.IsoYear ? Calendar.DateOf(thursday).Year : ((Calendar.DayOfYear(thursday) - 1) / 7) + 1;
    }
}
