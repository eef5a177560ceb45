using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.Engine.Tests.Checkpoints;

public class CheckpointProtocolTests
{
    private static readonly ShardId A = new(0, 0), B = new(0, 1), C = new(1, 0);

    private readonly List<CheckpointEffect> _effects = [];

    private static CheckpointState New(Manifest? from = null, int generation = 1) => CheckpointProtocol.Start(generation, [C, B, A], from, [("src", 0)], timeoutMs: 1000);

    private CheckpointState On(CheckpointState s, params CheckpointFact[] facts) => facts.Aggregate(s, (state, f) => CheckpointProtocol.On(state, f, _effects));

    private static EpochReport Report(ShardId id, long epoch, bool ended = false, int generation = 1, params string[] parts) => new(
        generation, epoch, id, ended,
        new ShardImage(id.Stage, id.Shard, id.Stage == 0 ? 2 : 1, [.. parts], 10, [], [], ImmutableSortedDictionary<string, long>.Empty),
        ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty.Add("sink", [[(byte)id.Shard]]));

    [Fact]
    public void An_epoch_is_published_when_all_have_reported_and_committed_when_it_is_published()
    {
        var s = On(New(), new CheckpointFact.Wanted(5));
        Assert.Equal(3, Assert.IsType<CheckpointEffect.BeginEpoch>(Assert.Single(_effects)).Commands.Count);
        _effects.Clear();
        s = On(s, new CheckpointFact.Reported(Report(A, 1)), new CheckpointFact.Reported(Report(A, 1)), new CheckpointFact.Reported(Report(C, 1)),
            new CheckpointFact.Reported(Report(B, 9)), new CheckpointFact.Reported(Report(B, 1, generation: 2)));
        Assert.Empty(_effects);
        s = On(s, new CheckpointFact.Reported(Report(B, 1)));
        var manifest = Assert.IsType<CheckpointEffect.Publish>(Assert.Single(_effects)).Manifest;
        Assert.Equal([(0, 0), (0, 1), (1, 0)], manifest.Shards.Select(x => (x.Stage, x.Shard)));
        Assert.Equal(3, manifest.Committables["sink"].Length);
        Assert.False(manifest.Last);
        _effects.Clear();
        s = On(s, new CheckpointFact.Published(1, true));
        Assert.IsType<CheckpointEffect.Commit>(Assert.Single(_effects));
        _effects.Clear();
        s = On(s, new CheckpointFact.Committed(1));
        Assert.Equal(new CheckpointEffect.Completed(1, false), Assert.Single(_effects));
        Assert.Null(s.Open);
        Assert.Equal(2, s.NextEpoch);
    }

    [Fact]
    public void One_epoch_is_open_at_a_time_and_a_wish_is_kept()
    {
        var s = On(New(), new CheckpointFact.Wanted(5), new CheckpointFact.Wanted(6), new CheckpointFact.Wanted(7));
        Assert.Single(_effects);
        s = On(s, new CheckpointFact.Reported(Report(A, 1)), new CheckpointFact.Reported(Report(B, 1)), new CheckpointFact.Reported(Report(C, 1)),
            new CheckpointFact.Published(1, true), new CheckpointFact.Committed(1));
        Assert.Equal(2, Assert.IsType<CheckpointEffect.BeginEpoch>(_effects[^1]).Epoch);
        Assert.Equal(2, s.Open!.Epoch);
    }

    [Fact]
    public void Parts_that_no_manifest_names_any_more_are_dropped_after_the_commit()
    {
        var s = New();
        foreach (var (epoch, part) in new[] { (1L, "p1"), (2L, "p2") })
        {
            s = On(s, new CheckpointFact.Wanted(5), new CheckpointFact.Reported(Report(A, epoch, false, 1, part)), new CheckpointFact.Reported(Report(B, epoch, false, 1, "kept")),
                new CheckpointFact.Reported(Report(C, epoch)), new CheckpointFact.Published(epoch, true), new CheckpointFact.Committed(epoch));
        }

        Assert.Equal(["p1"], _effects.OfType<CheckpointEffect.Drop>().Single().Parts);
    }

    [Fact]
    public void The_last_epoch_is_that_in_which_all_had_ended_and_nothing_follows_it()
    {
        var s = On(New(), new CheckpointFact.SplitsFound("src", [], true, []), new CheckpointFact.Wanted(5), new CheckpointFact.Reported(Report(A, 1, true)),
            new CheckpointFact.Reported(Report(B, 1, true)), new CheckpointFact.Reported(Report(C, 1, true)), new CheckpointFact.Published(1, true), new CheckpointFact.Wanted(6),
            new CheckpointFact.Committed(1), new CheckpointFact.Wanted(7));
        Assert.Equal(new CheckpointEffect.Completed(1, true), _effects[^1]);
        Assert.True(s.Complete);
    }

    [Fact]
    public void A_lost_race_for_the_journal_ends_the_run()
    {
        On(New(), new CheckpointFact.Wanted(5), new CheckpointFact.Reported(Report(A, 1)), new CheckpointFact.Reported(Report(B, 1)), new CheckpointFact.Reported(Report(C, 1)),
            new CheckpointFact.Published(1, false));
        Assert.IsType<CheckpointEffect.StandDown>(_effects[^1]);
    }

    [Fact]
    public void Splits_are_dealt_evenly_at_the_start_and_with_an_epoch_later()
    {
        var s = On(New(), new CheckpointFact.SplitsFound("src", [new("x", ""), new("y", ""), new("z", "")], false, [3]));
        s = CheckpointProtocol.StartSplits(s, out var splits);
        Assert.Equal(["x z", "y"], new[] { A, B }.Select(id => string.Join(' ', splits[id].Single().Splits.Select(i => i.Split.Id))));
        Assert.DoesNotContain(C, splits.Keys);
        s = On(s, new CheckpointFact.SplitsFound("src", [new("w", "")], true, [4]), new CheckpointFact.Wanted(5));
        var begin = Assert.IsType<CheckpointEffect.BeginEpoch>(Assert.Single(_effects));
        Assert.Equal("w", Assert.Single(begin.Commands[B].Splits.Single().Splits).Split.Id);
        Assert.True(begin.Commands[A].Splits.Single().Finished);
        Assert.Empty(begin.Commands[C].Splits);
        Assert.Equal(4, s.Open!.Enumerators["src"].Assigned.Length);
    }

    [Fact]
    public void Another_number_of_shards_deals_the_splits_anew_at_their_positions()
    {
        var image = new ShardImage(0, 0, 3, [], 0, [new SplitImage("src", new Split("y", ""), new SplitPosition(7), false, 1, 1)], [], ImmutableSortedDictionary<string, long>.Empty);
        var from = new Manifest(1, 1, 4, 12, false, [image], ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty,
            ImmutableSortedDictionary<string, EnumeratorImage>.Empty.Add("src", new EnumeratorImage([], true, [new(new("x", ""), 2), new(new("y", ""), 0), new(new("z", ""), 1)])));
        var s = CheckpointProtocol.StartSplits(New(from, generation: 5), out var splits);
        Assert.Equal(13, s.NextEpoch);
        Assert.Equal(["x0 z0", "y7"], new[] { A, B }.Select(id => string.Join(' ', splits[id].Single().Splits.Select(i => $"{i.Split.Id}{i.Position.Offset}"))));
    }

    private CheckpointState Through(CheckpointState s, long epoch) => On(s, new CheckpointFact.Reported(Report(A, epoch)), new CheckpointFact.Reported(Report(B, epoch)),
        new CheckpointFact.Reported(Report(C, epoch)), new CheckpointFact.Published(epoch, true), new CheckpointFact.Committed(epoch));

    [Fact]
    public void A_savepoint_is_the_next_epoch_kept_once_it_is_committed()
    {
        // The first epoch is open: the wish waits, and is one wish however often it is said.
        var s = On(New(), new CheckpointFact.Wanted(5), new CheckpointFact.Wanted(6, Savepoint: "s1"), new CheckpointFact.Wanted(7, Savepoint: "s1"));
        s = Through(s, 1);
        var begin = _effects.OfType<CheckpointEffect.BeginEpoch>().ToArray();
        Assert.Equal([null, "s1"], begin.Select(b => b.Commands[A].Savepoint));
        _effects.Clear();
        s = Through(s, 2);
        var keep = Assert.IsType<CheckpointEffect.Keep>(_effects[^1]);
        Assert.Equal(("s1", 2L), (keep.Savepoint, keep.Manifest.Epoch));
        Assert.DoesNotContain(_effects, e => e is CheckpointEffect.Completed);
        s = On(s, new CheckpointFact.Kept(1), new CheckpointFact.Kept(2));
        Assert.Equal(new CheckpointEffect.Completed(2, false), _effects[^1]);
        Assert.Null(s.Open);
    }

    [Fact]
    public void Nothing_follows_the_final_epoch_and_savepoints_that_wait_come_before_it()
    {
        var s = On(New(), new CheckpointFact.Wanted(5), new CheckpointFact.Wanted(6, Savepoint: "s1"), new CheckpointFact.Wanted(7, Final: true, Savepoint: "s2"));
        s = On(Through(Through(s, 1), 2), new CheckpointFact.Kept(2));
        s = On(Through(s, 3), new CheckpointFact.Wanted(8), new CheckpointFact.Kept(3), new CheckpointFact.Wanted(9));
        Assert.Equal([(null, false), ("s1", false), ("s2", true)], _effects.OfType<CheckpointEffect.BeginEpoch>().Select(b => (b.Commands[C].Savepoint, b.Commands[C].Final)));
        Assert.Equal(new CheckpointEffect.Completed(3, false, Final: true), _effects[^1]);
        Assert.Null(s.Open);
    }

    [Fact]
    public void Parts_of_a_savepoint_that_the_job_began_from_are_not_dropped()
    {
        var image = new ShardImage(0, 0, 2, [$"{Savepoint.Folder("t", "j-1")}0-9-0-0-0", "t/j/1/1-0-0"], 10, [], [], ImmutableSortedDictionary<string, long>.Empty);
        var from = new Manifest(1, 1, 0, 9, false, [image], ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty, ImmutableSortedDictionary<string, EnumeratorImage>.Empty);
        Through(On(New(from), new CheckpointFact.Wanted(5)), 10);
        Assert.Equal(["t/j/1/1-0-0"], Assert.Single(_effects.OfType<CheckpointEffect.Drop>()).Parts);
    }

    [Fact]
    public void An_epoch_that_takes_too_long_is_said_once_with_those_that_are_missing()
    {
        On(New(), new CheckpointFact.Wanted(5), new CheckpointFact.Reported(Report(A, 1)), new CheckpointFact.Clock(1004), new CheckpointFact.Clock(1006), new CheckpointFact.Clock(2000));
        Assert.Equal([B, C], Assert.Single(_effects.OfType<CheckpointEffect.Overdue>()).Missing);
    }
}
