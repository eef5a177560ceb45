using CsCheck;
using Xunit;

namespace OrleansStream.Runtime.Tests;

public class SuspicionTests
{
    private static readonly string[] Two = ["b", "c"];

    private static Suspicion Turns(Suspicion s, int turns, params string[] heard)
    {
        for (int i = 0; i < turns; i++)
        {
            foreach (string h in heard) s = s.Hear(h);
            s = s.Turn(Two, s.LastTurnMs + Suspicion.BeatMs);
        }

        return s;
    }

    [Fact]
    public void Three_beats_missed_are_a_suspicion_and_a_word_ends_it()
    {
        var s = Turns(Suspicion.None.Turn(Two, 0), 5, "b", "c");
        s = Turns(s, 2, "b");
        Assert.False(s.Suspects("c"));
        s = Turns(s, 1, "b");
        Assert.True(s.Suspects("c"));
        Assert.False(s.Suspects("b"));
        Assert.False(s.Hear("c").Suspects("c"));
    }

    [Fact]
    public void A_port_that_refuses_is_a_suspicion_at_once()
    {
        var s = Suspicion.None.Turn(Two, 0).Refuse("b");
        Assert.True(s.Suspects("b"));
        Assert.False(s.Suspects("c"));
        Assert.False(s.Hear("b").Suspects("b"));
    }

    [Fact]
    public void Who_was_away_himself_holds_nothing_against_others()
    {
        var s = Turns(Suspicion.None.Turn(Two, 0), 2);
        s = s.Turn(Two, s.LastTurnMs + Suspicion.BeatMs + Suspicion.AwayMs + 1);
        Assert.False(s.Suspects("b"));
        Assert.False(Turns(s, 2).Suspects("b"));
        Assert.True(Turns(s, 3).Suspects("b"));
    }

    [Fact]
    public void Turns_that_come_late_count_nothing()
    {
        // Beats may lie in the queue behind each of them.
        var s = Suspicion.None.Turn(Two, 0);
        for (int i = 0; i < 20; i++) s = s.Turn(Two, s.LastTurnMs + (2 * Suspicion.BeatMs));
        Assert.False(s.Suspects("b"));
        Assert.True(Turns(s, 3).Suspects("b"));
    }

    [Fact]
    public void A_new_peer_has_a_whole_beat_before_it_can_miss_one()
    {
        var s = Turns(Suspicion.None, 1);
        Assert.False(Turns(s, 2).Suspects("c"));
        Assert.True(Turns(s, 3).Suspects("c"));
    }

    [Fact]
    public void Who_leaves_is_forgotten()
    {
        var s = Suspicion.None.Turn(Two, 0).Refuse("b").Turn(["c"], 500).Turn(Two, 1000);
        Assert.False(s.Suspects("b"));
        Assert.Equal(s, s.Hear("nobody"));
    }

    [Fact]
    public void Up_to_sixteen_peers_all_are_listened_to_and_beyond_it_eight_neighbours()
    {
        Gen.Int[1, 40].Sample(n =>
        {
            string[] members = [.. Enumerable.Range(0, n).Select(i => $"s{i:D2}")];
            foreach (string here in members)
            {
                var peers = Suspicion.PeersOf(here, members, []);
                Assert.Equal(n - 1 <= 16 ? n - 1 : 8, peers.Count);
                Assert.DoesNotContain(here, peers);

                // Whoever beats to me is one that I listen to: a silo that dies is missed by eight.
                Assert.All(peers, p => Assert.Contains(here, Suspicion.PeersOf(p, members, [])));
            }
        }, iter: 100);
    }

    [Fact]
    public void Silos_that_share_a_job_listen_to_each_other()
    {
        string[] members = [.. Enumerable.Range(0, 40).Select(i => $"s{i:D2}")];
        Assert.Contains("s20", Suspicion.PeersOf("s00", members, ["s20", "gone"]));
        Assert.DoesNotContain("gone", Suspicion.PeersOf("s00", members, ["s20", "gone"]));
    }
}
