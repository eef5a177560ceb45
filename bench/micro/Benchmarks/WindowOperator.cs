using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>COUNT(*) by BIGINT in tumbling windows of 10 s: the window operator alone, fed batches of 2,048 rows with a mark each.</summary>
[Benchmark("window-operator", "COUNT(*) by BIGINT key, TUMBLE 10 s, the operator alone without chain or host.")]
internal sealed class WindowOperator : Benchmark
{
    private const long Size = 10_000;
    private static readonly Schema Input = Schema.Of(("auction", SqlType.BigInt), ("ts", SqlType.Timestamp(3)));

    private static readonly TumbleWindowSpec Spec = new(
        Schema.Of(("auction", SqlType.BigInt), ("n", SqlType.BigInt.NotNull), ("window_end", SqlType.Timestamp(3).NotNull)), 1, Size, 0, [0],
        [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull)], AggregatePhase.Single, [WindowProperty.End]);

    public override IEnumerable<Group> Groups(long rows)
    {
        // The same rows, ten a window of ten seconds, and all in one.
        var apart = Bids.Make("u10k", (int)(rows > 0 ? rows : 20_000_000));
        yield return new Group("u10k, other times", apart.Time.Length, new Contestant("rows a second apart", () => Apart(apart, i => i * 1000L)),
            new Contestant("rows a microsecond apart", () => Apart(apart, i => i / 1000)));
        foreach (string input in Bids.Inputs)
        {
            int n = (int)(rows > 0 ? rows : 20_000_000);
            var bids = Bids.Make(input, n);
            yield return new Group(input, n, new Contestant("tumble_window", () => Pass(bids, markEvery: Batch.MaxRows)),
                new Contestant("tumble_window, a mark each row", () => Pass(bids, markEvery: 1)));
        }
    }

    public override IEnumerable<Figure> Peers(Group group) => Bench.Peers.Run("LoopBench", "b", group.Input, group.Rows, "b-tumble-blocked+prefetch");

    // The results differ, as the windows do.
    private static string? Apart(Bids bids, Func<int, long> time)
    {
        if (bids.Time[^1] != Bids.Base + time(bids.Time.Length - 1)) for (int i = 0; i < bids.Time.Length; i++) bids.Time[i] = Bids.Base + time(i);
        Pass(bids, Batch.MaxRows);
        return null;
    }

    /// <summary>One pass; marks after every <paramref name="markEvery"/> rows.</summary>
    internal static string Pass(Bids bids, int markEvery)
    {
        using var rig = new OperatorRig(Spec, Input) { SumColumn = 1 };
        var batch = Batch.CreateView(Input);
        var marks = new Marks();
        for (int at = 0; at < bids.Time.Length; at += Batch.MaxRows)
        {
            int n = Math.Min(Batch.MaxRows, bids.Time.Length - at);
            ((FixedColumn<long>)batch.Columns[0]).Set(bids.Auction, at, n, default);
            ((FixedColumn<long>)batch.Columns[1]).Set(bids.Time, at, n, default);
            batch.Length = n;
            marks.Clear();
            for (int r = markEvery; r <= n; r += markEvery) marks.Add(r, bids.Time[at + r - 1] - 1);
            batch.Marks = marks;
            rig.Batch(0, batch);
            if (marks.Count > 0) rig.Watermark(marks.Last);
        }

        rig.Watermark(long.MaxValue);
        return $"{rig.Rows}:{rig.Sum}";
    }
}
