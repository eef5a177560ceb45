using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Simulation.Tests;

/// <summary>A checkpoint that cannot be read whole is refused by the name of its part; nothing older takes its place by itself.</summary>
public class DamageTests
{
    public static TheoryData<string> Damages => ["cut", "one bit", "empty", "gone"];

    [Theory, MemberData(nameof(Damages))]
    public void A_damaged_part_fails_the_job_by_its_name(string damage)
    {
        var scenario = new Scenario(Topology.TwoStage, 1);
        var disk = new SimulatedDisk(Planted.None);
        var cluster = new Cluster(1, 2, _ => new ShardState(), Planted.None, new DiskStores(disk))
        {
            EpochMs = 20,
            IsFatal = e => e is InvalidDataException or FileNotFoundException,
        };
        foreach (var (name, table) in scenario.Tables) cluster.Memory.Tables.Add(name, table);
        cluster.Submit(scenario.Plan);
        while (cluster.Head().Publish?.Manifest.Shards.Any(s => !s.Parts.IsEmpty) != true) Assert.True(cluster.World.Step());
        var manifest = cluster.Head().Publish!.Manifest;
        string part = manifest.Shards.First(s => !s.Parts.IsEmpty).Parts[^1], path = $"state/parts/{part}";

        // Both silos die at once: the next generation begins from this manifest, or from one that still names the part.
        foreach (var silo in cluster.Silos.Values.ToArray()) Cluster.Crash(silo);
        if (damage == "gone") disk.Of(null).Delete(path);
        else disk.Damage(path, b => damage switch
        {
            "cut" => b[..(b.Length / 2)],
            "empty" => [],
            _ => [.. b[..5], (byte)(b[5] ^ 1), .. b[6..]],
        });
        cluster.Boot(0);
        cluster.Boot(1);
        Assert.Equal(DesiredState.Failed, cluster.RunToEnd());
        Assert.Contains(part, cluster.Head().Desired!.Reason, StringComparison.Ordinal);

        // What was committed is what was published, no more.
        Assert.True(cluster.Memory.Targets.TryGetValue("out", out var target) ? target.Epoch <= manifest.Epoch : manifest.Epoch > 0);
    }
}
