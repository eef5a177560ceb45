namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>Sessions a key with a gap of five minutes: each key is there for 200 s of every 1,000, and a late row may move the start of its session, or come too late.</summary>
internal sealed class SessionWindow : CheckedJob
{
    private const int Gap = 300;

    public override string Name => "session window";

    protected override (string, string, string) Sql(Size size) => (
        Numbers("t", size.Rows, size.PerSecond, EventTime.Columns + ", k AS n / 200 % 5"), "k BIGINT, a TIMESTAMP(3), z TIMESTAMP(3), c BIGINT, s BIGINT",
        "SELECT k, window_start, window_end, COUNT(*), SUM(n) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' MINUTE)) GROUP BY k, window_start, window_end");

    public override IEnumerable<string> Expected(Size size)
    {
        var open = new List<(long Key, long Start, long End, long Count, long Sum)>();
        foreach (var (n, second, watermark) in EventTime.Rows(size.Rows))
        {
            foreach (var s in open.Where(s => EventTime.IsLate(s.End, watermark))) yield return Of(s);
            open.RemoveAll(s => EventTime.IsLate(s.End, watermark));
            long key = n / 200 % 5;
            var session = (Key: key, Start: second, End: second + Gap, Count: 1L, Sum: n);
            var joined = open.Where(s => s.Key == key && s.Start <= session.End && s.End >= session.Start).ToList();
            if (joined.Count == 0 && EventTime.IsLate(session.End, watermark)) continue;
            foreach (var s in joined) session = (key, Math.Min(session.Start, s.Start), Math.Max(session.End, s.End), session.Count + s.Count, session.Sum + s.Sum);
            open.RemoveAll(joined.Contains);
            open.Add(session);
        }

        foreach (var s in open) yield return Of(s);
    }

    private static string Of((long Key, long Start, long End, long Count, long Sum) s) =>
        Line(("k", s.Key), ("a", EventTime.Text(s.Start)), ("z", EventTime.Text(s.End)), ("c", s.Count), ("s", s.Sum));
}
