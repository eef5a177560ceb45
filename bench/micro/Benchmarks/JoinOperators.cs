using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>Joins of two inputs by BIGINT, 1 M keys a side, the operators alone, fed batches of 2,048 rows by turns; DuckDB joins the same rows in its memory.</summary>
[Benchmark("join-operators", "Window join, interval join (±0.5 s) and inner join by BIGINT, uniform over 1 M keys a side, 100,000 rows a second of event time and side; a row is one of either side.")]
internal sealed class JoinOperators : Benchmark
{
    private const int Keys = 1_000_000;
    private const long WindowMs = 10_000;
    private static readonly Schema Side = Schema.Of(("k", SqlType.BigInt.NotNull), ("v", SqlType.BigInt.NotNull), ("ts", SqlType.Timestamp(3).NotNull), ("w", SqlType.Timestamp(3).NotNull));
    private static readonly Schema Pairs = Side.Concat(Side);

    public override IEnumerable<Group> Groups(long rows)
    {
        int n = (int)(rows > 0 ? rows / 2 : 4_000_000);
        Batch[] left = Rows(n, 1), right = Rows(n, 2);
        using var duck = new Duck();
        duck.Load("l", Side, left);
        duck.Load("r", Side, right);
        Contestant Duck(string condition) => new("DuckDB", () => duck.Query($"SELECT count(*), sum(l.v) FROM l JOIN r ON l.k = r.k AND {condition}"));
        yield return Of("window join, 10 s", new WindowJoinSpec(Pairs, JoinType.Inner, [0], [0], 3, 3), "l.w = r.w");
        yield return Of("interval join", new IntervalJoinSpec(Pairs, JoinType.Inner, [0], [0], 2, 2, -500, 500), "l.ts BETWEEN r.ts - INTERVAL 500 MILLISECOND AND r.ts + INTERVAL 500 MILLISECOND");
        yield return Of("inner join", new EquiJoinSpec(Pairs, [0], [0]), "TRUE");
        yield return Of("left join", new OuterJoinSpec(Pairs, JoinType.Left, [0], [0]), null);
        Group Of(string name, OperatorSpec spec, string? condition) =>
            new(name, 2L * n, [new Contestant(spec.Describe().Split('(')[0], () => Pass(spec, left, right)), .. condition is null ? (Contestant[])[] : [Duck(condition)]]);
    }

    // Both sides by turns; the watermark follows each pair of batches.
    private static string Pass(OperatorSpec spec, Batch[] left, Batch[] right)
    {
        using var rig = new OperatorRig(spec, Side, Side) { SumColumn = 1 };
        for (int b = 0; b < left.Length; b++)
        {
            rig.Batch(0, left[b]);
            rig.Batch(1, right[b]);
            rig.Watermark(((FixedColumn<long>)left[b].Columns[2]).Values[^1] - 1);
        }

        rig.Watermark(long.MaxValue);
        return $"{rig.Rows}:{rig.Sum}";
    }

    private static Batch[] Rows(int n, int seed)
    {
        var random = new Random(seed);
        var batches = new List<Batch>();
        for (int at = 0; at < n; at += Batch.MaxRows)
        {
            var builder = new BatchBuilder(Side);
            int count = Math.Min(Batch.MaxRows, n - at);
            for (int i = at; i < at + count; i++)
            {
                long time = 1_600_000_000_000 + (i / 100);
                builder.Fixed<long>(0).Add(random.Next(Keys));
                builder.Fixed<long>(1).Add(random.Next(1000));
                builder.Fixed<long>(2).Add(time);
                builder.Fixed<long>(3).Add(((time / WindowMs) + 1) * WindowMs);
            }

            builder.Advance(count);
            batches.Add(builder.Build());
        }

        return [.. batches];
    }
}
