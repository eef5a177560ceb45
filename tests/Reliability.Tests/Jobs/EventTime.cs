using System.Globalization;

namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>
/// Event time of row n: n seconds, but some rows come late, by less or by more than the watermark allows. The same in SQL and in C#.
/// </summary>
internal static class EventTime
{
    /// <summary>Seconds that the watermark lags behind the latest row.</summary>
    public const int Lag = 60;

    public const string Columns =
        ", ts AS TIMESTAMP '2026-01-01 00:00:00' + (n - CASE WHEN n % 17 = 3 THEN 45 WHEN n % 19 = 5 THEN 400 WHEN n % 101 = 7 THEN 2000 ELSE 0 END) * INTERVAL '1' SECOND, "
        + "WATERMARK FOR ts AS ts - INTERVAL '60' SECOND";

    /// <summary>Rows in order, with their second and the watermark, in seconds, that was in force when they came (that of the rows before).</summary>
    public static IEnumerable<(long N, long Second, long Watermark)> Rows(int rows)
    {
        long watermark = long.MinValue;
        for (long n = 0; n < rows; n++)
        {
            long second = n - (n % 17 == 3 ? 45 : n % 19 == 5 ? 400 : n % 101 == 7 ? 2000 : 0);
            yield return (n, second, watermark);
            watermark = Math.Max(watermark, second - Lag);
        }
    }

    /// <summary>Start of the window of <paramref name="size"/> seconds that holds a second.</summary>
    public static long Start(long second, long size) => second - ((second % size) + size) % size;

    /// <summary>A window is closed once the watermark reaches its last millisecond.</summary>
    public static bool IsLate(long end, long watermark) => watermark != long.MinValue && (watermark * 1000) >= (end * 1000) - 1;

    public static string Text(long second) => new DateTime(2026, 1, 1).AddSeconds(second).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
