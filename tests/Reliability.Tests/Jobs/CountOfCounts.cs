namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>An aggregate over an aggregate that changes: what was counted is taken back again and again.</summary>
internal sealed class CountOfCounts : CheckedJob
{
    private const int Keys = 307;

    public override string Name => "updating result";

    public override bool Changelog => true;

    protected override (string, string, string) Sql(Size size) =>
        (Numbers("t", size.Rows, size.PerSecond), "c BIGINT, ks BIGINT", $"SELECT c, COUNT(*) FROM (SELECT k, COUNT(*) AS c FROM (SELECT n * n % {Keys} AS k FROM t) GROUP BY k) GROUP BY c");

    public override IEnumerable<string> Expected(Size size)
    {
        long[] counts = new long[Keys];
        for (long n = 0; n < size.Rows; n++) counts[n * n % Keys]++;
        return counts.Where(c => c > 0).GroupBy(c => c).Select(g => Line(("c", g.Key), ("ks", g.LongCount())));
    }
}
