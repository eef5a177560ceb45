using OrleansStream.Engine.Checkpoints;
using OrleansStream.TestKit.Simulated;

namespace OrleansStream.Simulation.Tests;

/// <summary>What docs/INVARIANTS.md says of a job's journal, read from all of its entries.</summary>
internal static class Invariants
{
    public static void Check(Cluster cluster)
    {
        int generation = 0;
        long epoch = 0;
        Manifest? before = null;
        bool last = false;
        foreach (var entry in cluster.Entries)
        {
            switch (entry)
            {
                case BeginEntry b:
                    Holds("I7", b.Generation == generation + 1, $"generation {b.Generation} after {generation}");
                    Holds("I7", b.FromEpoch == epoch, $"generation {b.Generation} begins from epoch {b.FromEpoch}, the last published is {epoch}");
                    generation = b.Generation;
                    break;
                case PublishEntry p:
                    Holds("I7", p.Generation == generation, $"generation {p.Generation} publishes in generation {generation}");
                    Holds("I6", p.Epoch > epoch && p.Manifest.Epoch == p.Epoch, $"epoch {p.Epoch} after {epoch}");
                    Holds("I13", !last, "an epoch follows the last one");
                    Manifests(cluster, p.Manifest, before);
                    (epoch, before, last) = (p.Epoch, p.Manifest, p.Manifest.Last);
                    break;
                default: break;
            }
        }

        Holds("I13", last, "the job has ended without a last epoch");
        Holds("I13", cluster.Memory.Targets["out"].Epoch == epoch, $"epoch {epoch} is published, {cluster.Memory.Targets["out"].Epoch} committed");
        var parts = cluster.Parts.ToHashSet(StringComparer.Ordinal);
        foreach (string part in before!.Shards.SelectMany(s => s.Parts)) Holds("I6", parts.Contains(part), $"part {part} is missing");
    }

    private static void Manifests(Cluster cluster, Manifest manifest, Manifest? before)
    {
        foreach (var stage in manifest.Shards.GroupBy(s => s.Stage))
            Holds("I6", stage.Select(s => s.Shard).SequenceEqual(Enumerable.Range(0, stage.First().Shards)), $"stage {stage.Key} of epoch {manifest.Epoch} has other shards than it says");
        foreach (var shard in manifest.Shards)
        {
            var last = shard.Parts.LastOrDefault();
            Holds("I6", last is null || last == $"{cluster.Job}/{manifest.Generation}/{manifest.Epoch}-{shard.Stage}-{shard.Shard}", $"the chain of shard {shard.Stage}/{shard.Shard} ends in {last}");
        }

        if (before is null) return;
        foreach (var shard in manifest.Shards)
        {
            var was = before.Shards.Where(s => s.Stage == shard.Stage).ToArray();
            foreach (var port in shard.Ports)
            {
                long told = was.Min(w => w.Ports.First(p => p.Input == port.Input).Watermark);
                Holds("I3", port.Watermark >= told, $"the watermark of shard {shard.Stage}/{shard.Shard} went back from {told} to {port.Watermark}");
            }
        }
    }

    private static void Holds(string invariant, bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException($"{invariant}: {otherwise}");
    }
}
