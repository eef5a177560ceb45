namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>Counts a key and ten minutes; of the late rows some still count and some do not.</summary>
internal sealed class TumblingWindow : CheckedJob
{
    public const int Seconds = 600;
    public const int Keys = 23;

    public override string Name => "tumbling window";

    protected override (string, string, string) Sql(Size size) => (
        Numbers("t", size.Rows, size.PerSecond, EventTime.Columns), "w TIMESTAMP(3), k BIGINT, c BIGINT, s BIGINT",
        $"SELECT window_start, n % {Keys}, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end, n % {Keys}");

    public override IEnumerable<string> Expected(Size size) =>
        Windows(size).Select(w => Line(("w", EventTime.Text(w.Start)), ("k", w.Key), ("c", w.Count), ("s", w.Sum)));

    public static IEnumerable<(long Start, long Key, long Count, long Sum)> Windows(Size size)
    {
        var windows = new Dictionary<(long Start, long Key), (long Count, long Sum)>();
        foreach (var (n, second, watermark) in EventTime.Rows(size.Rows))
        {
            long start = EventTime.Start(second, Seconds);
            if (EventTime.IsLate(start + Seconds, watermark)) continue;
            var held = windows.GetValueOrDefault((start, n % Keys));
            windows[(start, n % Keys)] = (held.Count + 1, held.Sum + n);
        }

        return windows.Select(w => (w.Key.Start, w.Key.Key, w.Value.Count, w.Value.Sum));
    }
}
