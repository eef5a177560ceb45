using System.Collections.Immutable;
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
/// <param name="Images">the images of the manifest that this generation starts from, of this stage: those whose key groups overlap this shard's. Empty = from nothing.</param>
/// <param name="Splits">what the shard reads, with positions.</param>
public sealed record ShardSpec(
    JobKey Job, int Generation, Plan Plan, ShardId Id, ShardTable Table, ImmutableArray<ShardImage> Images, ImmutableArray<ShardSplits> Splits)
{
    public StagePlan Stage => Plan.Stages[Id.Stage];

    public int Shards => Table.Shards(Id.Stage);

    public string Silo => Table.SiloOf(Id);
}
