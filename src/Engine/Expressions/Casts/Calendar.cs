using System.Runtime.CompilerServices;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>The proleptic Gregorian calendar on days and milliseconds since 1970-01-01.</summary>
internal static class Calendar
{
    public const long Second = 1000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    /// <summary>Days since 1970-01-01 (algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms").</summary>
    public static int DaysOf(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int era = (y >= 0 ? y : y - 399) / 400;
        int ofEra = y - (era * 400);
        int ofYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        int ofEraDays = (ofEra * 365) + (ofEra / 4) - (ofEra / 100) + ofYear;
        return (era * 146097) + ofEraDays - 719468;
    }

    public static (int Year, int Month, int Day) DateOf(int days)
    {
        int z = days + 719468;
        int era = (z >= 0 ? z : z - 146096) / 146097;
        int ofEra = z - (era * 146097);
        int yearOfEra = (ofEra - (ofEra / 1460) + (ofEra / 36524) - (ofEra / 146096)) / 365;
        int ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int mp = ((5 * ofYear) + 2) / 153;
        int month = mp < 10 ? mp + 3 : mp - 9;
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, ofYear - (((153 * mp) + 2) / 5) + 1);
    }

    public static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysIn(int year, int month) => month switch { 2 => IsLeap(year) ? 29 : 28, 4 or 6 or 9 or 11 => 30, _ => 31 };

    /// <summary>1 = first of January.</summary>
    public static int DayOfYear(int days) => days - DaysOf(DateOf(days).Year, 1, 1) + 1;

    /// <summary>1 = Monday … 7 = Sunday.</summary>
    public static int IsoDayOfWeek(int days) => (int)FloorMod(days + 3, 7) + 1;

    /// <summary>The day <paramref name="months"/> later; a day past the month's end becomes its last.</summary>
    public static int AddMonths(int days, int months)
    {
        var (y, m, d) = DateOf(days);
        int total = checked((y * 12) + m - 1 + months);
        int year = (int)FloorDiv(total, 12);
        int month = (int)FloorMod(total, 12) + 1;
        return DaysOf(year, month, Math.Min(d, DaysIn(year, month)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FloorDiv(long a, long b)
    {
        long q = a / b;
        return (a % b) < 0 ? q - 1 : q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FloorMod(long a, long b)
    {
        long r = a % b;
        return r < 0 ? r + b : r;
    }

    /// <summary>The day of an instant or wall-clock time in ms.</summary>
    public static int DayOf(long ms) => (int)FloorDiv(ms, Day);

    public static int TimeOf(long ms) => (int)FloorMod(ms, Day);
}
