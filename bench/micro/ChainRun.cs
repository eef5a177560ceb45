using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Bench;

/// <summary>A stage's operators alone, fed with batches that lie in memory: no source, no exchange, no sink.</summary>
internal static class ChainRun
{
    /// <summary>Gives the batches to input 0 of the stage, then the end of time; the rows of node <paramref name="last"/> go to <paramref name="tally"/>.</summary>
    public static void Run(StagePlan stage, int last, IEnumerable<Batch> batches, TallySink tally)
    {
        using var state = new ShardState();
        var tail = new TallyTail(tally);
        var chain = new OperatorChain(new ChainSetup(
            stage, 0, 1, Batch.MaxRows, false, TimeZoneInfo.Utc, state, node => node == last ? [tail] : [], [], () => { }, () => 0));
        foreach (var batch in batches)
        {
            chain.Give(0, batch);
            Settle(chain);
        }
        chain.Watermark(0, long.MaxValue);
        Settle(chain);
        chain.End(0);
        Settle(chain);
    }

    private static void Settle(OperatorChain chain)
    {
        ChainStep step;
        do step = chain.Step();
        while (step == ChainStep.Worked);
        if (step == ChainStep.Blocked) throw new InvalidOperationException($"blocked by {chain.Blocker}");
    }

    private sealed class TallyTail(TallySink tally) : Tail
    {
        public override bool Full => false;

        public override string Blocker => "";

        public override void Append(Batch batch) => tally.Add(batch);

        public override void Watermark(long watermark)
        {
        }

        public override void Idle(bool idle)
        {
        }

        public override void End()
        {
        }
    }
}
