using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using Xunit;

namespace OrleansStream.Engine.Tests.Checkpoints;

public class JobProtocolTests
{
    private static readonly ShardId A = new(0, 0), B = new(1, 0);
    private static readonly JobKey Job = new("t", "j");

    private readonly List<JobEffect> _effects = [];

    private JobState On(JobState s, params JobFact[] facts) => facts.Aggregate(s, (state, f) => JobProtocol.On(state, f, _effects));

    private static JobFact.Begin Begin(JournalHead? head = null, bool askedFor = true) => new(head ?? JournalHead.Empty(Job), "plan", "s0", "submitted", askedFor, 1000);

    private JobState Running(bool checkpoints = true)
    {
        var s = On(JobState.New(checkpoints, []), Begin(), new JobFact.Begun(true), new JobFact.Prepared([A, B]), new JobFact.Started(A, "1"), new JobFact.Started(B, "1"));
        Assert.Equal(JobPhase.Running, s.Phase);
        _effects.Clear();
        return s;
    }

    [Fact]
    public void No_host_runs_before_all_have_started()
    {
        var s = On(JobState.New(true, []), Begin(), new JobFact.Begun(true), new JobFact.Prepared([A, B]), new JobFact.Started(A, "1"));
        Assert.DoesNotContain(_effects, e => e is JobEffect.Go);
        On(s, new JobFact.Started(B, "1"));
        Assert.Equal(["AppendBegin", "Prepare", "StartShards", "Go"], _effects.Select(e => e.GetType().Name));
    }

    [Fact]
    public void A_restored_generation_commits_its_manifest_first()
    {
        var manifest = new Manifest(1, 1, 3, 7, false, [], ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty, ImmutableSortedDictionary<string, EnumeratorImage>.Empty);
        var head = new JournalHead(Job, 9, null, new BeginEntry(3, null, "s0", 0, "", true), new PublishEntry(3, 7, manifest), "plan");
        var s = On(JobState.New(true, []), Begin(head), new JobFact.Begun(true), new JobFact.Prepared([A]), new JobFact.Started(A, "1"));
        Assert.Equal(4, s.Generation);
        Assert.Equal(7, _effects.OfType<JobEffect.AppendBegin>().Single().Entry.FromEpoch);
        Assert.IsType<JobEffect.Recommit>(_effects[^1]);
        On(s, new JobFact.Recommitted());
        Assert.IsType<JobEffect.Go>(_effects[^1]);

        // After the last epoch only its commit is left: no shard starts.
        _effects.Clear();
        s = On(JobState.New(true, []), Begin(head with { Publish = new PublishEntry(3, 7, manifest with { Last = true }) }) with { Plan = null }, new JobFact.Begun(true),
            new JobFact.Prepared([A]), new JobFact.Recommitted(), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.AppendDesired(DesiredState.Finished, null), _effects[^1]);
        Assert.DoesNotContain(_effects, e => e is JobEffect.StartShards);
    }

    [Fact]
    public void Losing_the_race_to_begin_is_success()
    {
        var s = On(JobState.New(true, []), Begin(), new JobFact.Begun(false));
        Assert.Equal(new JobEffect.Over(null), _effects[^1]);
        Assert.Equal(s, On(s, new JobFact.Failed("late", true, 0)));
    }

    [Fact]
    public void The_end_of_all_shards_is_committed_before_the_job_is_finished()
    {
        var s = On(Running(), new JobFact.ShardEnded(A), new JobFact.ShardEnded(A));
        Assert.Empty(_effects);
        s = On(s, new JobFact.ShardEnded(B), new JobFact.EpochCompleted(4, false), new JobFact.EpochCompleted(5, true), new JobFact.ShardsStopped(), new JobFact.DesiredWritten(true, 1));
        Assert.Equal(["WantEpoch", "WantEpoch", "StopShards", "AppendDesired", "Over"], _effects.Select(e => e.GetType().Name));
        Assert.Equal(DesiredState.Finished, s.Outcome);
    }

    [Fact]
    public void A_job_without_checkpoints_finishes_with_its_shards_and_fails_with_its_first_error()
    {
        On(Running(checkpoints: false), new JobFact.ShardEnded(A), new JobFact.ShardEnded(B), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.AppendDesired(DesiredState.Finished, null), _effects[^1]);
        On(Running(checkpoints: false), new JobFact.Failed("boom", false, 0), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.AppendDesired(DesiredState.Failed, "boom"), _effects[^1]);
    }

    [Theory, InlineData(StopKind.Stop, DesiredState.Stopped), InlineData(StopKind.Cancel, DesiredState.Cancelled)]
    public void A_stop_takes_a_checkpoint_first(StopKind kind, DesiredState outcome)
    {
        var s = On(Running(), new JobFact.StopAsked(kind, null));
        Assert.IsType<JobEffect.WantEpoch>(Assert.Single(_effects));
        // An epoch that was open already may leave out what came after its cut.
        s = On(s, new JobFact.EpochCompleted(1, false));
        Assert.Equal(JobPhase.Stopping, s.Phase);
        On(s, new JobFact.EpochCompleted(2, false, Final: true), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.AppendDesired(outcome, null), _effects[^1]);
    }

    [Fact]
    public void A_failure_begins_the_next_generation_a_fatal_one_ends_the_job()
    {
        On(Running(), new JobFact.Failed("silo s1 refuses", false, 2000), new JobFact.Failed("and another", false, 2001), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.BeginNext("silo s1 refuses", 0), _effects[^2]);
        On(Running(), new JobFact.Failed("OS5001: line 3", true, 2000), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.AppendDesired(DesiredState.Failed, "OS5001: line 3"), _effects[^1]);
    }

    [Fact]
    public void A_generation_that_is_handed_over_is_followed_at_once_by_one_that_is_no_restart()
    {
        On(Running(), new JobFact.HandedOver("silo s1 is stopping"), new JobFact.ShardsStopped());
        Assert.Equal(new JobEffect.BeginNext("silo s1 is stopping", 0, AskedFor: true), _effects[^2]);
        Assert.Equal(new JobEffect.Over(null), _effects[^1]);

        // Whoever was told to stop meanwhile stops.
        var s = On(Running(), new JobFact.StopAsked(StopKind.Stop, null), new JobFact.HandedOver("silo s1 is stopping"));
        Assert.Equal(JobPhase.Stopping, s.Phase);
    }

    [Fact]
    public void Another_instance_of_a_shard_ends_the_generation()
    {
        On(Running(), new JobFact.Started(A, "1"), new JobFact.Started(A, "2"), new JobFact.ShardsStopped());
        Assert.Contains("anew", _effects.OfType<JobEffect.BeginNext>().Single().Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Restarts_back_off_from_the_third_within_a_minute()
    {
        Assert.Equal(0, JobProtocol.BackOffMs([1000, 2000], 3000));
        Assert.Equal(1000, JobProtocol.BackOffMs([1000, 2000, 3000], 3000));
        Assert.Equal(2000, JobProtocol.BackOffMs([1000, 2000, 3000, 4000], 4000));
        Assert.Equal(60_000, JobProtocol.BackOffMs([.. Enumerable.Range(0, 30).Select(i => 1000L + i)], 2000));
        Assert.Equal(0, JobProtocol.BackOffMs([1000, 2000, 3000], 100_000));
    }
}
