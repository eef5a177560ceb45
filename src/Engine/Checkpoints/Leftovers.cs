using System.Collections.Immutable;
using System.Globalization;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>What dead generations leave behind. Pure: the caller has read the journal and the store.</summary>
public static class Leftovers
{
    /// <summary>
    /// Parts of older generations that no manifest names: stored by shards whose epoch was never published. A generation takes them away once it has begun: none of the
    /// older ones can publish any more. What a silo of theirs stores after that stays until the next one begins.
    /// </summary>
    /// <param name="names">all parts of the job.</param>
    /// <param name="from">the manifest that the generation starts from; null = none.</param>
    public static ImmutableArray<string> Parts(JobKey job, int generation, IEnumerable<string> names, Manifest? from)
    {
        var named = (from?.Shards ?? []).SelectMany(s => s.Parts).ToHashSet(StringComparer.Ordinal);
        string prefix = $"{job}/";
        return [.. names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && !named.Contains(n) && GenerationOf(n.AsSpan(prefix.Length)) is { } g && g < generation)];
    }

    /// <summary>
    /// Generations with hosts on a silo that nobody runs any more: the job has moved on, or is not to run and its run is heard no more. Its hosts may have missed being told.
    /// A job that is not to run may still be taking its last checkpoint.
    /// </summary>
    /// <param name="here">what was there before the journal was read: its Begin was written earlier still.</param>
    /// <param name="running">heads of all jobs that are to run.</param>
    /// <param name="isSilent">whether the run of a generation has not been heard of for some time.</param>
    public static ImmutableArray<(string Job, int Generation)> Hosts(
        IEnumerable<(string Job, int Generation)> here, IEnumerable<JournalHead> running, Func<string, int, bool> isSilent)
    {
        var current = running.ToDictionary(h => h.Job.ToString(), h => h.Generation, StringComparer.Ordinal);
        return [.. here.Where(h => current.TryGetValue(h.Job, out int generation) ? generation > h.Generation : isSilent(h.Job, h.Generation))];
    }

    // After the job: generation/epoch-stage-shard.
    private static int? GenerationOf(ReadOnlySpan<char> name)
    {
        int slash = name.IndexOf('/');
        return slash > 0 && name[(slash + 1)..].IndexOf('/') < 0 && int.TryParse(name[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out int generation) ? generation : null;
    }
}
