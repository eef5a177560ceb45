using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Simulation.Tests;

/// <summary>The simulator is worth its name only if it finds mistakes: one is planted per kind of fault, and some seed must find it.</summary>
public class PlantedTests
{
    private const int Seeds = 150;

    [Theory]
    [InlineData(Planted.ReaderForgetsPosition, Topology.Chain, Fault.Crash)]
    [InlineData(Planted.ReaderForgetsPosition, Topology.Chain, Fault.Stopped)]
    [InlineData(Planted.JournalWithoutFence, Topology.Chain, Fault.Pause)]
    [InlineData(Planted.LossUnnoticed, Topology.Diamond, Fault.Partition)]
    [InlineData(Planted.LossUnnoticed, Topology.Diamond, Fault.OneWay)]
    [InlineData(Planted.FramesTakenTwice, Topology.Chain, Fault.Duplicate)]
    [InlineData(Planted.LossUnnoticed, Topology.Diamond, Fault.Lost)]
    [InlineData(Planted.AnswerLostSentAnew, Topology.Diamond, Fault.LostAnswer)]
    [InlineData(Planted.BeginIgnoresPublish, Topology.TwoStage, Fault.Race | Fault.Preempted)]
    [InlineData(Planted.CommitBeforePublish, Topology.Chain, Fault.RunCrash)]
    [InlineData(Planted.DiskErrorSwallowed, Topology.TwoStage, Fault.Disk | Fault.Crash)]
    [InlineData(Planted.DiskErrorSwallowed, Topology.TwoStage, Fault.FullDisk | Fault.Crash)]
    [InlineData(Planted.RangeIgnored, Topology.TwoStage, Fault.Rescale)]
    [InlineData(Planted.OrderIgnored, Topology.TwoStage, Fault.Delay | Fault.Crash)]
    [InlineData(Planted.FileNotSynced, Topology.Chain, Fault.PowerLoss)]
    [InlineData(Planted.FolderNotSynced, Topology.Chain, Fault.PowerLoss)]
    [InlineData(Planted.EntryWrittenInPlace, Topology.Chain, Fault.Torn)]
    [InlineData(Planted.SinkErrorSwallowed, Topology.Chain, Fault.SlowSink)]
    [InlineData(Planted.InstanceIgnored, Topology.TwoStage, Fault.Reactivated)]
    [InlineData(Planted.OverdueIgnored, Topology.Chain, Fault.Deactivated)]
    [InlineData(Planted.RecommitForgotten, Topology.Chain, Fault.LastMoments)]
    public void A_planted_bug_is_found(Planted planted, Topology topology, Fault faults)
    {
        for (int seed = 1; seed <= Seeds; seed++) if (new Case(topology, faults, seed, planted).Fails() is not null) return;
        Assert.Fail($"{planted} stays hidden for {Seeds} seeds of {topology} with {faults}");
    }

    [Theory]
    [InlineData(Planted.ReaderForgetsPosition, Topology.Chain, Fault.Crash | Fault.Pause | Fault.Delay | Fault.Duplicate | Fault.SlowSink | Fault.Rescale)]
    [InlineData(Planted.LossUnnoticed, Topology.Diamond, Fault.Lost | Fault.Delay | Fault.Duplicate)]
    [InlineData(Planted.FolderNotSynced, Topology.Chain, Fault.PowerLoss | Fault.Preempted | Fault.Race | Fault.Disk)]
    public void Its_schedule_shrinks(Planted planted, Topology topology, Fault faults)
    {
        // A seed with many events, of which one or two are to blame.
        var (found, events) = Enumerable.Range(1, Seeds).Select(seed => new Case(topology, faults, seed, planted))
            .Select(c => (Case: c, Failure: c.Fails())).Where(x => x.Failure is { Job.Events.Length: >= 6 }).Select(x => (x.Case, x.Failure!.Value.Job.Events)).First();
        Assert.NotNull(found.Fails(events));
        var least = Shrink.Events(found, events);
        Assert.InRange(least.Length, 1, 2);
        Assert.NotNull(found.Fails(least));
        Assert.Contains(least, e => faults.HasFlag(e.Kind));
    }

    [Fact]
    public void A_seed_repeats_step_by_step()
    {
        var c = new Case(Topology.TwoStage, Fault.All, 7);
        var runs = Enumerable.Range(0, 2).Select(_ => new SimulatedJob(c.Topology, c.Faults, c.Seed)).ToArray();
        foreach (var run in runs) run.Run();
        Assert.Equal(runs[0].Cluster.World.Steps, runs[1].Cluster.World.Steps);
        Assert.Equal(runs[0].Events, runs[1].Events);

        // What happened, given as it was, is the same run again.
        var given = new SimulatedJob(c.Topology, c.Faults, c.Seed, only: runs[0].Events);
        given.Run();
        Assert.Equal(runs[0].Cluster.World.Steps, given.Cluster.World.Steps);
    }
}
