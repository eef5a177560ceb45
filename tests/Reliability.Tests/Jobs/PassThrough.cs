namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>Every row once, over several splits.</summary>
internal sealed class PassThrough : CheckedJob
{
    public override string Name => "pass-through";

    protected override (string, string, string) Sql(Size size) =>
        (Numbers("t", size.Rows, size.PerSecond, splits: 3), "n BIGINT, v BIGINT", "SELECT n, n * n % 9973 FROM t WHERE n % 5 <> 2");

    public override IEnumerable<string> Expected(Size size)
    {
        for (long n = 0; n < size.Rows; n++) if (n % 5 != 2) yield return Line(("n", n), ("v", n * n % 9973));
    }
}
