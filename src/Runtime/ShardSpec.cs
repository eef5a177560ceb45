using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Runtime;

/// <summary>Where every shard of a generation lives: per stage, the silo of each shard.</summary>
public sealed record ShardTable(ImmutableArray<ImmutableArray<string>> Silos)
{
    public int Shards(int stage) => Silos[stage].Length;

    public string SiloOf(ShardId id) => Silos[id.Stage][id.Shard];

    public IEnumerable<ShardId> All => Silos.SelectMany((s, stage) => s.Select((_, shard) => new ShardId(stage, shard)));
}

/// <summary>
/// What one shard of one generation is made from. Crosses the wire as data; everything that is local to a silo comes from <see cref="HostServices"/>.
/// </summary>
/// <param name="Images">the images of the manifest that this generation starts from, of this stage (<see cref="ImagesFor"/>). Empty = from nothing.</param>
/// <param name="Splits">what the shard reads, with positions.</param>
public sealed record ShardSpec(
    JobKey Job, int Generation, Plan Plan, ShardId Id, ShardTable Table, ImmutableArray<ShardImage> Images, ImmutableArray<ShardSplits> Splits)
{
    public StagePlan Stage => Plan.Stages[Id.Stage];

    public int Shards => Table.Shards(Id.Stage);

    public string Silo => Table.SiloOf(Id);

    /// <summary>
    /// The images that a shard starts from: those whose key groups overlap its own. When another number of shards reads splits, a split may come from any of them, and time
    /// with it: then all of the stage.
    /// </summary>
    public static ImmutableArray<ShardImage> ImagesFor(Manifest? from, StagePlan stage, ShardId id, int shards)
    {
        var of = (from?.Shards ?? []).Where(i => i.Stage == id.Stage).ToImmutableArray();
        if (of.Any(i => i.Shards != shards) && stage.Inputs.Any(i => i is SourceInput)) return of;
        var mine = KeyGroups.RangeOf(id.Shard, shards);
        return [.. of.Where(i => KeyGroups.RangeOf(i.Shard, i.Shards).Overlaps(mine))];
    }
}
