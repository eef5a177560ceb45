using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Runtime;

/// <summary>A silo that takes shards.</summary>
/// <param name="FreeCu">cores not spoken for; at least a little.</param>
/// <param name="FreeMemory">bytes.</param>
public sealed record SiloOffer(string Silo, string Zone = "", string Pool = "", double FreeCu = 1, long FreeMemory = long.MaxValue);

/// <summary>No live silo can take a shard just now: another one may come.</summary>
public sealed class NoRoomException(string message) : Exception(message);

/// <summary>Where shards live: a pure function, so that a run that is begun twice places alike.</summary>
public static class Assign
{
    /// <summary>Shards of each stage: what the stage says, else the job's default (<c>parallelism.default</c>, 1).</summary>
    public static ImmutableArray<int> Shards(Plan plan)
    {
        int otherwise = plan.Settings.TryGetValue("parallelism.default", out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : 1;
        return [.. plan.Stages.Select(s => Math.Clamp(s.Parallelism > 0 ? s.Parallelism : otherwise, 1, Columns.KeyGroups.Count))];
    }

    /// <summary>
    /// Shards stay with their previous owner while it holds no more than its share; others go where the load per core is least, then to the zone that has the fewest of
    /// their stage, then by name.
    /// </summary>
    /// <param name="pool">only silos of this pool; empty = any.</param>
    /// <param name="shardMemory">what one shard may hold (bytes): silos without that much left get none.</param>
    /// <exception cref="NoRoomException">no silo can take a shard; the message says which.</exception>
    public static ShardTable Place(ImmutableArray<int> shards, ImmutableArray<SiloOffer> silos, ShardTable? previous = null, string pool = "", long shardMemory = 0)
    {
        var fit = silos.Where(s => pool.Length == 0 || s.Pool == pool).OrderBy(s => s.Silo, StringComparer.Ordinal).ToArray();
        var load = fit.ToDictionary(s => s.Silo, _ => 0);
        double cores = fit.Sum(s => s.FreeCu);
        int total = shards.Sum();
        var table = new string[shards.Length][];
        for (int stage = 0; stage < shards.Length; stage++)
        {
            table[stage] = new string[shards[stage]];
            for (int shard = 0; shard < shards[stage]; shard++)
            {
                var able = fit.Where(s => (load[s.Silo] + 1) * shardMemory <= s.FreeMemory).ToArray();
                if (able.Length == 0) throw new NoRoomException($"no silo has room for shard {new ShardId(stage, shard)}");
                string? owner = previous is not null && stage < previous.Silos.Length && shard < previous.Silos[stage].Length ? previous.Silos[stage][shard] : null;
                var kept = able.FirstOrDefault(s => s.Silo == owner && load[s.Silo] < Math.Ceiling(total * s.FreeCu / cores));
                var zones = table[stage].Take(shard).Select(s => fit.First(f => f.Silo == s).Zone).ToArray();
                var best = kept ?? able.OrderBy(s => (load[s.Silo] + 1) / s.FreeCu).ThenBy(s => zones.Count(z => z == s.Zone)).ThenBy(s => s.Silo, StringComparer.Ordinal).First();
                table[stage][shard] = best.Silo;
                load[best.Silo]++;
            }
        }

        return new ShardTable([.. table.Select(t => t.ToImmutableArray())]);
    }
}
