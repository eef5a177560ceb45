namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>A join of two sources of different pace: each key has three rows on one side and two on the other.</summary>
internal sealed class JoinOfTwo : CheckedJob
{
    public override string Name => "join";

    protected override (string, string, string) Sql(Size size) => (
        Numbers("a", size.Rows, size.PerSecond, splits: 2) + "\n" + Numbers("b", size.Rows / 2, (size.PerSecond / 2) + 1), "n BIGINT, m BIGINT",
        "SELECT a.n, b.n FROM a JOIN b ON a.n / 3 = b.n / 2");

    public override int RowsIn(Size size) => size.Rows + (size.Rows / 2);

    public override IEnumerable<string> Expected(Size size)
    {
        for (long n = 0; n < size.Rows; n++)
            for (long m = n / 3 * 2; m < (n / 3 * 2) + 2; m++)
                if (m < size.Rows / 2) yield return Line(("n", n), ("m", m));
    }
}
