using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Checkpoints;

public enum EpochPhase : byte
{
    Reporting,
    Publishing,
    Committing,

    /// <summary>The savepoint is being written.</summary>
    Keeping,
}

/// <summary>The epoch in progress; there is at most one.</summary>
/// <param name="Final">no epoch of this generation follows.</param>
/// <param name="Savepoint">id of the savepoint that it is; null = an ordinary one.</param>
public sealed record OpenEpoch(
    long Epoch, EpochPhase Phase, long SinceMs, ImmutableSortedDictionary<ShardId, EpochReport> Reports, ImmutableSortedDictionary<string, EnumeratorImage> Enumerators, Manifest? Manifest,
    bool Final = false, string? Savepoint = null);

/// <summary>A source as the run knows it.</summary>
/// <param name="Waiting">found, given to no shard yet.</param>
/// <param name="Told">the shards know that the enumerator has finished.</param>
public sealed record SourceState(int Stage, byte[] Snapshot, bool Finished, bool Told, ImmutableArray<AssignedSplit> Assigned, ImmutableArray<Split> Waiting);

/// <summary>What <see cref="CheckpointProtocol"/> remembers; immutable.</summary>
/// <param name="Shards">all shards of the generation, in order.</param>
/// <param name="Published">the last manifest, of this generation or the one it started from.</param>
/// <param name="WantedAtMs">an epoch was wanted while another was open; −1 = no.</param>
/// <param name="WantedFinal">that one is to be the generation's last.</param>
public sealed record CheckpointState(
    int Generation, ImmutableArray<ShardId> Shards, long NextEpoch, OpenEpoch? Open, Manifest? Published, ImmutableSortedDictionary<string, SourceState> Sources,
    long TimeoutMs, long WantedAtMs = -1, bool WantedFinal = false)
{
    /// <summary>The final epoch is over.</summary>
    public bool Finalled { get; init; }

    /// <summary>Ids of savepoints that are still to be begun, one an epoch.</summary>
    public ImmutableArray<string> Savepoints { get; init; } = [];

    /// <summary>The last epoch of this generation is committed: nothing follows.</summary>
    public bool Complete => Open is null && Published is { Last: true } && Published.Generation == Generation;

    public int ShardsOf(int stage) => Shards.Count(s => s.Stage == stage);
}

/// <summary>
/// Begin epoch → every shard reports → publish → commit → drop what no manifest names. A pure function: facts in, effects out; the run grain carries both.
/// Epoch numbers of a job only grow, over generations too. An epoch in which every report says <i>ended</i> is the last.
/// </summary>
public static class CheckpointProtocol
{
    /// <param name="from">the manifest that the generation starts from, or null.</param>
    /// <param name="sources">uid of each source and the stage that reads it.</param>
    public static CheckpointState Start(
        int generation, IEnumerable<ShardId> shards, Manifest? from, IEnumerable<(string Uid, int Stage)> sources, long timeoutMs)
    {
        var all = shards.Order().ToImmutableArray();
        var s = ImmutableSortedDictionary.CreateBuilder<string, SourceState>(StringComparer.Ordinal);
        foreach (var (uid, stage) in sources)
        {
            int count = all.Count(x => x.Stage == stage);
            var image = from is not null && from.Enumerators.TryGetValue(uid, out var e) ? e : null;
            var assigned = image?.Assigned ?? [];
            // Another number of shards: splits are dealt anew, in the order in which they were given out.
            if (assigned.Any(a => a.Shard >= count) || (from is not null && OldShards(from, stage) is var old && old != 0 && old != count))
                assigned = [.. assigned.Select((a, i) => a with { Shard = i % count })];
            s.Add(uid, new SourceState(stage, image?.Bytes ?? [], image?.Finished ?? false, false, assigned, []));
        }

        return new CheckpointState(generation, all, (from?.Epoch ?? 0) + 1, null, from, s.ToImmutable(), timeoutMs);
    }

    /// <summary>Gives every found split to a shard: what <c>Start</c> tells each source shard. Restored splits go on where their images say.</summary>
    public static CheckpointState StartSplits(CheckpointState state, out ImmutableSortedDictionary<ShardId, ImmutableArray<ShardSplits>> splits)
    {
        var positions = new Dictionary<(string, string), SplitImage>();
        foreach (var split in state.Published?.Shards.SelectMany(x => x.Splits) ?? []) positions[(split.Source, split.Split.Id)] = split;
        var sources = state.Sources;
        var lists = new SortedDictionary<ShardId, List<ShardSplits>>();
        foreach (var (uid, source) in state.Sources)
        {
            var dealt = Deal(state, source);
            sources = sources.SetItem(uid, dealt);
            for (int shard = 0; shard < state.ShardsOf(source.Stage); shard++)
            {
                var mine = dealt.Assigned.Where(a => a.Shard == shard)
                    .Select(a => positions.TryGetValue((uid, a.Split.Id), out var p) ? p : NewSplit(uid, a.Split)).ToImmutableArray();
                var id = new ShardId(source.Stage, shard);
                if (!lists.TryGetValue(id, out var list)) lists.Add(id, list = []);
                list.Add(new ShardSplits(uid, mine, dealt.Finished));
            }
        }

        splits = lists.ToImmutableSortedDictionary(p => p.Key, p => p.Value.ToImmutableArray());
        return state with { Sources = sources };
    }

    public static CheckpointState On(CheckpointState state, CheckpointFact fact, ICollection<CheckpointEffect> effects) => fact switch
    {
        CheckpointFact.Wanted when state.Complete => state,
        CheckpointFact.Wanted w => Want(state, w, effects),
        CheckpointFact.SplitsFound f => Found(state, f),
        CheckpointFact.Reported r => Report(state, r.Report, effects),
        CheckpointFact.Published p => Publish(state, p, effects),
        CheckpointFact.Committed c => Commit(state, c.Epoch, effects),
        CheckpointFact.Kept k => state.Open is { Phase: EpochPhase.Keeping } open && open.Epoch == k.Epoch ? Complete(state, open, effects) : state,
        CheckpointFact.Clock c => Watch(state, c.NowMs, effects),
        _ => throw new InvalidOperationException($"no rule for {fact}"),
    };

    private static int OldShards(Manifest from, int stage) => from.Shards.FirstOrDefault(x => x.Stage == stage)?.Shards ?? 0;

    private static SplitImage NewSplit(string source, Split split) => new(source, split, SplitPosition.Start, false, long.MinValue, long.MinValue);

    // Found splits go to the shards with the fewest, in order: the same discovery gives the same places.
    private static SourceState Deal(CheckpointState state, SourceState source)
    {
        var assigned = source.Assigned;
        int shards = state.ShardsOf(source.Stage);
        foreach (var split in source.Waiting)
        {
            int to = Enumerable.Range(0, shards).MinBy(s => assigned.Count(a => a.Shard == s));
            assigned = assigned.Add(new AssignedSplit(split, to));
        }

        return source with { Assigned = assigned, Waiting = [], Told = source.Finished };
    }

    private static CheckpointState Found(CheckpointState state, CheckpointFact.SplitsFound f)
    {
        var source = state.Sources[f.Source];
        return state with
        {
            Sources = state.Sources.SetItem(f.Source, source with { Snapshot = f.Snapshot, Finished = f.Finished, Waiting = source.Waiting.AddRange(f.Splits) }),
        };
    }

    // Nothing follows the final epoch; what is wanted while another is open comes after it.
    private static CheckpointState Want(CheckpointState state, CheckpointFact.Wanted w, ICollection<CheckpointEffect> effects)
    {
        if (state.Open is { Final: true } || state.Finalled) return state;
        if (w.Savepoint is { } id && state.Open?.Savepoint != id && !state.Savepoints.Contains(id)) state = state with { Savepoints = state.Savepoints.Add(id) };
        state = state with { WantedAtMs = w.NowMs, WantedFinal = state.WantedFinal || w.Final };
        return state.Open is null ? Begin(state, w.NowMs, effects) : state;
    }

    private static CheckpointState Begin(CheckpointState state, long nowMs, ICollection<CheckpointEffect> effects)
    {
        long epoch = state.NextEpoch;
        var news = new SortedDictionary<ShardId, List<ShardSplits>>();
        var sources = state.Sources;
        foreach (var (uid, source) in state.Sources)
        {
            if (source.Waiting.IsEmpty && source.Told == source.Finished) continue;
            var dealt = Deal(state, source);
            sources = sources.SetItem(uid, dealt);
            for (int shard = 0; shard < state.ShardsOf(source.Stage); shard++)
            {
                var mine = dealt.Assigned.Skip(source.Assigned.Length).Where(a => a.Shard == shard).Select(a => NewSplit(uid, a.Split)).ToImmutableArray();
                var id = new ShardId(source.Stage, shard);
                if (!news.TryGetValue(id, out var list)) news.Add(id, list = []);
                list.Add(new ShardSplits(uid, mine, dealt.Finished));
            }
        }

        var images = sources.ToImmutableSortedDictionary(s => s.Key, s => new EnumeratorImage(s.Value.Snapshot, s.Value.Finished, s.Value.Assigned), StringComparer.Ordinal);
        string? savepoint = state.Savepoints.IsEmpty ? null : state.Savepoints[0];
        bool final = state.WantedFinal && state.Savepoints.Length <= 1;
        effects.Add(new CheckpointEffect.BeginEpoch(epoch, state.Shards.ToImmutableSortedDictionary(
            s => s, s => new EpochCommand(epoch, news.TryGetValue(s, out var list) ? [.. list] : [], final, savepoint))));
        return state with
        {
            NextEpoch = epoch + 1,
            Sources = sources,
            Savepoints = savepoint is null ? [] : state.Savepoints.RemoveAt(0),
            WantedAtMs = state.Savepoints.Length > 1 || (state.WantedFinal && !final) ? nowMs : -1,
            WantedFinal = state.WantedFinal && !final,
            Open = new OpenEpoch(epoch, EpochPhase.Reporting, nowMs, ImmutableSortedDictionary<ShardId, EpochReport>.Empty, images, null, final, savepoint),
        };
    }

    private static CheckpointState Report(CheckpointState state, EpochReport report, ICollection<CheckpointEffect> effects)
    {
        if (state.Open is not { Phase: EpochPhase.Reporting } open || report.Epoch != open.Epoch || report.Generation != state.Generation) return state;
        open = open with { Reports = open.Reports.SetItem(report.Shard, report) };
        if (open.Reports.Count == state.Shards.Length)
        {
            open = open with { Phase = EpochPhase.Publishing, Manifest = ManifestOf(state, open) };
            effects.Add(new CheckpointEffect.Publish(open.Manifest!));
        }

        return state with { Open = open };
    }

    private static Manifest ManifestOf(CheckpointState state, OpenEpoch open)
    {
        var reports = open.Reports.Values;
        var committables = reports.SelectMany(r => r.Committables).GroupBy(c => c.Key, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => g.SelectMany(c => c.Value).ToImmutableArray(), StringComparer.Ordinal);
        bool last = reports.All(r => r.Ended) && state.Sources.Values.All(s => s.Finished && s.Waiting.IsEmpty);
        return new Manifest(
            Manifest.CurrentFormat, RowHash.Version, state.Generation, open.Epoch, last, [.. reports.Select(r => r.Image)], committables, open.Enumerators);
    }

    private static CheckpointState Publish(CheckpointState state, CheckpointFact.Published p, ICollection<CheckpointEffect> effects)
    {
        if (state.Open is not { Phase: EpochPhase.Publishing } open || p.Epoch != open.Epoch) return state;
        if (!p.Won)
        {
            effects.Add(new CheckpointEffect.StandDown());
            return state with { Open = null };
        }

        effects.Add(new CheckpointEffect.Commit(open.Manifest!));
        return state with { Open = open with { Phase = EpochPhase.Committing } };
    }

    private static CheckpointState Commit(CheckpointState state, long epoch, ICollection<CheckpointEffect> effects)
    {
        if (state.Open is not { Phase: EpochPhase.Committing } open || epoch != open.Epoch) return state;
        if (open.Savepoint is not { } savepoint) return Complete(state, open, effects);

        // Only now: whoever begins from a savepoint has nothing to commit.
        effects.Add(new CheckpointEffect.Keep(open.Manifest!, savepoint));
        return state with { Open = open with { Phase = EpochPhase.Keeping } };
    }

    private static CheckpointState Complete(CheckpointState state, OpenEpoch open, ICollection<CheckpointEffect> effects)
    {
        var named = open.Manifest!.Shards.SelectMany(s => s.Parts).ToHashSet(StringComparer.Ordinal);
        var dead = (state.Published?.Shards.SelectMany(s => s.Parts) ?? []).Where(p => !named.Contains(p) && !Savepoint.Holds(p)).Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (!dead.IsEmpty) effects.Add(new CheckpointEffect.Drop(dead));
        effects.Add(new CheckpointEffect.Completed(open.Epoch, open.Manifest!.Last, open.Final));
        state = state with { Open = null, Published = open.Manifest, Finalled = open.Final };
        return state.WantedAtMs >= 0 && !open.Manifest!.Last && !open.Final ? Begin(state, state.WantedAtMs, effects) : state;
    }

    private static CheckpointState Watch(CheckpointState state, long nowMs, ICollection<CheckpointEffect> effects)
    {
        if (state.Open is not { Phase: EpochPhase.Reporting } open || nowMs - open.SinceMs < state.TimeoutMs) return state;
        effects.Add(new CheckpointEffect.Overdue(open.Epoch, [.. state.Shards.Where(s => !open.Reports.ContainsKey(s))]));

        // Said again after another time-out, in case the run has found a reason to wait.
        return state with { Open = open with { SinceMs = nowMs } };
    }
}
