namespace OrleansStream.Reliability.Tests.Jobs;

internal static class AllJobs
{
    public static readonly CheckedJob[] List = [new PassThrough(), new KeyedCount(), new TumblingWindow(), new SessionWindow(), new TwoStage(), new JoinOfTwo(), new CountOfCounts()];
}
