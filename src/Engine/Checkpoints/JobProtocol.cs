using System.Collections.Immutable;

namespace OrleansStream.Engine.Checkpoints;

public enum JobPhase : byte
{
    New,
    Beginning,
    Preparing,
    Starting,
    Recommitting,
    Running,

    /// <summary>The last checkpoint is being taken.</summary>
    Stopping,

    /// <summary>Hosts are being stopped.</summary>
    Ending,

    /// <summary>The outcome is being written.</summary>
    Writing,
    Over,
}

/// <summary>What <see cref="JobProtocol"/> remembers of one generation; immutable.</summary>
/// <param name="Checkpoints">whether the job takes checkpoints (a SELECT does not).</param>
/// <param name="Complete">the manifest that it starts from is the last one: only its commit is left.</param>
/// <param name="Outcome">what is written once the hosts have stopped; null = the next generation begins, or nothing when superseded.</param>
/// <param name="AskedFor">the next generation is no restart.</param>
/// <param name="RecentMs">when recent generations that nobody asked for began, this one included.</param>
public sealed record JobState(
    bool Checkpoints, JobPhase Phase, int Generation, ImmutableSortedSet<ShardId> Shards, ImmutableSortedDictionary<ShardId, string> Instances,
    ImmutableSortedSet<ShardId> Ended, bool HasManifest, bool Complete, DesiredState? Outcome, string? Reason, bool Restart, long RestartDelayMs, ImmutableArray<long> RecentMs, bool AskedFor = false)
{
    public static JobState New(bool checkpoints, ImmutableArray<long> recentMs) => new(
        checkpoints, JobPhase.New, 0, [], ImmutableSortedDictionary<ShardId, string>.Empty, [], false, false, null, null, false, 0, recentMs);

    public bool AllEnded => Shards.Count > 0 && Ended.Count == Shards.Count;
}

/// <summary>
/// One generation of a job: begin → prepare → start all shards → commit the manifest's committables → go → run → end, or hand over to the next generation.
/// Any doubt ends in the same act. A pure function: facts in, effects out; facts that come too late change nothing.
/// </summary>
public static class JobProtocol
{
    private const long WindowMs = 60_000;

    public static JobState On(JobState s, JobFact fact, ICollection<JobEffect> effects) => fact switch
    {
        JobFact.Begin b when s.Phase == JobPhase.New => Begin(s, b, effects),
        JobFact.Begun b when s.Phase == JobPhase.Beginning => Begun(s, b, effects),
        JobFact.Prepared p when s.Phase == JobPhase.Preparing => s.Complete
            ? Emit(effects, new JobEffect.Recommit(), s with { Phase = JobPhase.Recommitting })
            : Emit(effects, new JobEffect.StartShards(), s with { Phase = JobPhase.Starting, Shards = [.. p.Shards] }),
        JobFact.Started st => Started(s, st, effects),
        JobFact.Recommitted when s.Phase == JobPhase.Recommitting => s.Complete ? End(s, DesiredState.Finished, null, effects) : Emit(effects, new JobEffect.Go(), s with { Phase = JobPhase.Running }),
        JobFact.ShardEnded e => ShardEnded(s, e.Shard, effects),
        JobFact.EpochCompleted e => Completed(s, e, effects),
        JobFact.StopAsked a => Stop(s, a, effects),
        JobFact.Failed f => Failed(s, f, effects),
        JobFact.HandedOver h when s.Phase == JobPhase.Running => End(s with { Restart = true, AskedFor = true }, null, h.Cause, effects),
        JobFact.Superseded x when x.Generation > s.Generation => End(s, null, null, effects),
        JobFact.ShardsStopped when s.Phase == JobPhase.Ending => Stopped(s, effects),
        JobFact.DesiredWritten d when s.Phase == JobPhase.Writing => Written(s, d, effects),
        _ => s,
    };

    /// <summary>Exponential from the third generation within a minute on: 1 s, 2 s, 4 s … at most 60 s.</summary>
    public static long BackOffMs(ImmutableArray<long> recentMs, long nowMs)
    {
        int count = recentMs.Count(t => nowMs - t < WindowMs);
        return count < 3 ? 0 : Math.Min(60_000, 1000L << Math.Min(count - 3, 6));
    }

    private static JobState Emit(ICollection<JobEffect> effects, JobEffect effect, JobState state)
    {
        effects.Add(effect);
        return state;
    }

    private static JobState Begin(JobState s, JobFact.Begin b, ICollection<JobEffect> effects)
    {
        int generation = b.Seen.Generation + 1;
        long from = b.Seen.Publish?.Epoch ?? 0;
        effects.Add(new JobEffect.AppendBegin(b.Seen.Version, new BeginEntry(generation, b.Plan, b.RunSilo, from, b.Cause, b.AskedFor)));
        return s with
        {
            Phase = JobPhase.Beginning,
            Generation = generation,
            HasManifest = b.Seen.Publish is not null,
            Complete = b.Plan is null && b.Seen.Publish is { Manifest.Last: true },
            RecentMs = b.AskedFor ? s.RecentMs : [.. s.RecentMs.Where(t => b.NowMs - t < WindowMs), b.NowMs],
        };
    }

    // Losing the race is success: another run of the job has begun.
    private static JobState Begun(JobState s, JobFact.Begun b, ICollection<JobEffect> effects) =>
        b.Won ? Emit(effects, new JobEffect.Prepare(), s with { Phase = JobPhase.Preparing }) : Emit(effects, new JobEffect.Over(null), s with { Phase = JobPhase.Over });

    private static JobState Started(JobState s, JobFact.Started st, ICollection<JobEffect> effects)
    {
        if (s.Phase >= JobPhase.Ending || !s.Shards.Contains(st.Shard)) return s;
        if (s.Instances.TryGetValue(st.Shard, out string? known))
            return known == st.Instance ? s : End(s with { Restart = true, Reason = $"shard {st.Shard} was activated anew" }, null, null, effects);
        s = s with { Instances = s.Instances.Add(st.Shard, st.Instance) };
        if (s.Phase != JobPhase.Starting || s.Instances.Count < s.Shards.Count) return s;
        return s.HasManifest || s.Generation > 1
            ? Emit(effects, new JobEffect.Recommit(), s with { Phase = JobPhase.Recommitting })
            : Emit(effects, new JobEffect.Go(), s with { Phase = JobPhase.Running });
    }

    private static JobState ShardEnded(JobState s, ShardId shard, ICollection<JobEffect> effects)
    {
        if (s.Phase is not (JobPhase.Running or JobPhase.Stopping) || !s.Shards.Contains(shard)) return s;
        bool before = s.AllEnded;
        s = s with { Ended = s.Ended.Add(shard) };
        if (before || !s.AllEnded) return s;
        return s.Checkpoints ? Emit(effects, new JobEffect.WantEpoch(), s) : End(s, DesiredState.Finished, null, effects);
    }

    private static JobState Completed(JobState s, JobFact.EpochCompleted e, ICollection<JobEffect> effects)
    {
        if (s.Phase is not (JobPhase.Running or JobPhase.Stopping)) return s;
        if (e.Last) return End(s, DesiredState.Finished, null, effects);
        if (s.Phase == JobPhase.Stopping && e.Final) return End(s, s.Outcome, s.Reason, effects);
        return s.AllEnded ? Emit(effects, new JobEffect.WantEpoch(), s) : s;
    }

    private static JobState Stop(JobState s, JobFact.StopAsked a, ICollection<JobEffect> effects)
    {
        var outcome = a.Kind == StopKind.Cancel ? DesiredState.Cancelled : DesiredState.Stopped;
        if (s.Phase >= JobPhase.Stopping) return s;
        if (s.Phase != JobPhase.Running || !s.Checkpoints) return End(s, outcome, a.Reason, effects);
        return Emit(effects, new JobEffect.WantEpoch(true, a.Savepoint), s with { Phase = JobPhase.Stopping, Outcome = outcome, Reason = a.Reason });
    }

    private static JobState Failed(JobState s, JobFact.Failed f, ICollection<JobEffect> effects)
    {
        if (s.Phase >= JobPhase.Ending) return s;

        // A SELECT shows rows at once: going on would repeat some.
        if (f.Fatal || !s.Checkpoints) return End(s, DesiredState.Failed, f.Cause, effects);
        return End(s with { Restart = true, Reason = f.Cause, RestartDelayMs = BackOffMs(s.RecentMs, f.NowMs) }, null, f.Cause, effects);
    }

    private static JobState End(JobState s, DesiredState? outcome, string? reason, ICollection<JobEffect> effects)
    {
        if (s.Phase >= JobPhase.Ending) return s;
        return Emit(effects, new JobEffect.StopShards(), s with { Phase = JobPhase.Ending, Outcome = outcome, Reason = reason ?? s.Reason });
    }

    private static JobState Stopped(JobState s, ICollection<JobEffect> effects)
    {
        if (s.Outcome is { } outcome) return Emit(effects, new JobEffect.AppendDesired(outcome, s.Reason), s with { Phase = JobPhase.Writing });
        if (s.Restart) effects.Add(new JobEffect.BeginNext(s.Reason ?? "unknown", s.RestartDelayMs, s.AskedFor));
        return Emit(effects, new JobEffect.Over(null), s with { Phase = JobPhase.Over });
    }

    private static JobState Written(JobState s, JobFact.DesiredWritten d, ICollection<JobEffect> effects)
    {
        if (d.Won || d.Generation > s.Generation) return Emit(effects, new JobEffect.Over(d.Won ? s.Outcome : null), s with { Phase = JobPhase.Over });
        return Emit(effects, new JobEffect.AppendDesired(s.Outcome!.Value, s.Reason), s);
    }
}
