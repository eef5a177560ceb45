namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>A count and a sum a key, each change of which is written.</summary>
internal sealed class KeyedCount : CheckedJob
{
    private const int Keys = 211;

    public override string Name => "keyed count";

    public override bool Changelog => true;

    protected override (string, string, string) Sql(Size size) =>
        (Numbers("t", size.Rows, size.PerSecond, splits: 2), "k BIGINT, c BIGINT, s BIGINT", $"SELECT k, COUNT(*), SUM(n) FROM (SELECT n, n * 7 % {Keys} AS k FROM t) GROUP BY k");

    public override IEnumerable<string> Expected(Size size)
    {
        var (counts, sums) = (new long[Keys], new long[Keys]);
        for (long n = 0; n < size.Rows; n++)
        {
            counts[n * 7 % Keys]++;
            sums[n * 7 % Keys] += n;
        }

        for (int k = 0; k < Keys; k++) if (counts[k] > 0) yield return Line(("k", k), ("c", counts[k]), ("s", sums[k]));
    }
}
