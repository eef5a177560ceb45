using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Simulation.Tests;

/// <summary>The simulator is worth its name only if it finds mistakes: one is planted per kind of fault, and some seed must find it.</summary>
public class PlantedTests
{
    private const int Seeds = 60;

    [Theory]
    [InlineData(Planted.ReaderForgetsPosition, Topology.Chain, Fault.Crash)]
    [InlineData(Planted.JournalWithoutFence, Topology.Chain, Fault.Pause)]
    [InlineData(Planted.FramesTakenTwice, Topology.Chain, Fault.Duplicate)]
    [InlineData(Planted.LossUnnoticed, Topology.Diamond, Fault.Lost)]
    [InlineData(Planted.AnswerLostSentAnew, Topology.Diamond, Fault.LostAnswer)]
    [InlineData(Planted.BeginIgnoresPublish, Topology.TwoStage, Fault.Race | Fault.Delay)]
    [InlineData(Planted.CommitBeforePublish, Topology.Chain, Fault.RunCrash)]
    [InlineData(Planted.DiskErrorSwallowed, Topology.TwoStage, Fault.Disk | Fault.Crash)]
    [InlineData(Planted.RangeIgnored, Topology.TwoStage, Fault.Rescale)]
    [InlineData(Planted.OrderIgnored, Topology.TwoStage, Fault.Delay | Fault.Crash)]
    public void A_planted_bug_is_found(Planted planted, Topology topology, Fault faults)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                new SimulatedJob(topology, faults, seed, planted).Run();
            }
            catch (Exception e) when (e is not NotSupportedException)
            {
                return;
            }
        }

        Assert.Fail($"{planted} stays hidden for {Seeds} seeds of {topology} with {faults}");
    }
}
