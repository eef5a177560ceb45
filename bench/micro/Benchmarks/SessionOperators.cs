using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>
/// COUNT(*) by BIGINT in sessions of a gap of 10 s: the operator alone, and beside it a loop by hand over the same rows (a dictionary key → session, swept behind each mark).
/// Inputs: Nexmark's keys, uniform keys, and uniform ones a second apart, where most rows are a session of their own.
/// </summary>
[Benchmark("session-operator", "COUNT(*) by BIGINT key, SESSION with a gap of 10 s, the operator alone without chain or host; a mark each 2,048 rows.")]
internal sealed class SessionOperators : Benchmark
{
    private const long Gap = 10_000;
    private static readonly Schema Input = Schema.Of(("auction", SqlType.BigInt), ("ts", SqlType.Timestamp(3)));

    private static readonly SessionWindowSpec Spec = new(
        Schema.Of(("auction", SqlType.BigInt), ("n", SqlType.BigInt.NotNull), ("window_end", SqlType.Timestamp(3).NotNull)), 1, Gap, [0],
        [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull)], [WindowProperty.End]);

    public override IEnumerable<Group> Groups(long rows)
    {
        foreach (string input in Bids.Inputs)
        {
            foreach (int step in new[] { 1, 1000 })
            {
                int n = (int)(rows > 0 ? rows : 5_000_000);
                var bids = Bids.Make(input, n);
                if (step > 1) for (int i = 0; i < n; i++) bids.Time[i] = (long)i * step;
                yield return new Group(step == 1 ? input : $"{input}, rows 1 s apart", n, new Contestant("session_window", () => Pass(bids)), new Contestant("loop by hand", () => Loop(bids)));
            }
        }
    }

    private static string Pass(Bids bids)
    {
        using var rig = new OperatorRig(Spec, Input) { SumColumn = 1 };
        var batch = Batch.CreateView(Input);
        for (int at = 0; at < bids.Time.Length; at += Batch.MaxRows)
        {
            int n = Math.Min(Batch.MaxRows, bids.Time.Length - at);
            ((FixedColumn<long>)batch.Columns[0]).Set(bids.Auction, at, n, default);
            ((FixedColumn<long>)batch.Columns[1]).Set(bids.Time, at, n, default);
            batch.Length = n;
            rig.Batch(0, batch);
            rig.Watermark(bids.Time[at + n - 1] - 1);
        }

        rig.Watermark(long.MaxValue);
        return $"{rig.Rows}:{rig.Sum}";
    }

    // The queue holds each session once, as the operator's does.
    private static string Loop(Bids bids)
    {
        var open = new Dictionary<long, (long Last, long Count)>();
        var due = new PriorityQueue<long, long>();
        long rows = 0, sum = 0;
        void Sweep(long watermark)
        {
            while (due.TryPeek(out long key, out long at) && at - 1 <= watermark)
            {
                var (last, count) = open[key];
                if (last + Gap - 1 <= watermark)
                {
                    due.Dequeue();
                    open.Remove(key);
                    (rows, sum) = (rows + 1, sum + count);
                }
                else due.DequeueEnqueue(key, last + Gap);
            }
        }

        for (int i = 0; i < bids.Time.Length; i++)
        {
            long key = bids.Auction[i], time = bids.Time[i];
            ref var session = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(open, key, out bool exists);
            if (exists && session.Last + Gap < time) (rows, sum, session.Count) = (rows + 1, sum + session.Count, 0);
            if (!exists) due.Enqueue(key, time + Gap);
            session = (time, session.Count + 1);
            if ((i + 1) % Batch.MaxRows == 0) Sweep(time - 1);
        }

        Sweep(long.MaxValue);
        return $"{rows}:{sum}";
    }
}
