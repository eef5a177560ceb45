namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>Windows, then an aggregate over their results: two exchanges by different keys.</summary>
internal sealed class TwoStage : CheckedJob
{
    public override string Name => "two stages";

    public override bool Changelog => true;

    protected override (string, string, string) Sql(Size size) => (
        Numbers("t", size.Rows, size.PerSecond, EventTime.Columns), "w TIMESTAMP(3), g BIGINT, ks BIGINT, c BIGINT, s BIGINT",
        "SELECT window_start, g, COUNT(*), SUM(c), SUM(s) FROM (SELECT window_start, window_end, k % 4 AS g, c, s FROM ("
        + $"SELECT window_start, window_end, n % {TumblingWindow.Keys} AS k, COUNT(*) AS c, SUM(n) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) "
        + $"GROUP BY window_start, window_end, n % {TumblingWindow.Keys})) GROUP BY window_start, window_end, g");

    public override IEnumerable<string> Expected(Size size) => TumblingWindow.Windows(size).GroupBy(w => (w.Start, Group: w.Key % 4)).Select(g =>
        Line(("w", EventTime.Text(g.Key.Start)), ("g", g.Key.Group), ("ks", g.Count()), ("c", g.Sum(w => w.Count)), ("s", g.Sum(w => w.Sum))));
}
