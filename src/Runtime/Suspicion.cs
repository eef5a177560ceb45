using System.Collections.Immutable;

namespace OrleansStream.Runtime;

/// <summary>One peer as this silo hears it.</summary>
/// <param name="Heard">since the last turn.</param>
/// <param name="Misses">turns in a row without a word.</param>
public readonly record struct Peer(bool Heard, int Misses);

/// <summary>
/// Which peers this silo doubts: three beats missed, or a refused connection. Every agent takes a turn each <see cref="BeatMs"/> and beats to its peers; a beat that comes
/// in and one that is answered both count as a word. Immutable; a pure function of what is told. Being wrong costs a replay.
/// </summary>
/// <param name="LastTurnMs">−1 before the first.</param>
public sealed record Suspicion(ImmutableSortedDictionary<string, Peer> Peers, long LastTurnMs)
{
    public const int BeatMs = 500;
    public const int Misses = 3;

    /// <summary>Up to this many peers are all listened to; beyond it, this many neighbours in a ring by name, half of them before and half behind.</summary>
    public const int All = 16, Neighbours = 8;

    /// <summary>A turn that comes this late says that this silo was away itself: what it did not hear proves nothing.</summary>
    public const int AwayMs = 1_000;

    // A turn that is late by this much may run before beats that lie in the queue behind it: it counts nothing.
    private const int LateMs = 200;

    public static Suspicion None { get; } = new(ImmutableSortedDictionary.Create<string, Peer>(StringComparer.Ordinal), -1);

    /// <summary>The peers that a silo beats to and listens to: its neighbours, and those it shares jobs with.</summary>
    /// <param name="members">names of all silos, this one too.</param>
    /// <param name="shared">silos with a run of a job hosted here, or hosts of a run that lives here.</param>
    public static ImmutableSortedSet<string> PeersOf(string here, IEnumerable<string> members, IEnumerable<string> shared)
    {
        var ring = members.Append(here).ToImmutableSortedSet(StringComparer.Ordinal);
        if (ring.Count - 1 <= All) return ring.Remove(here);
        int at = ring.IndexOf(here);
        var near = Enumerable.Range(1, Neighbours / 2).SelectMany(i => new[] { ring[(at + i) % ring.Count], ring[(at - i + ring.Count) % ring.Count] });
        return near.Concat(shared.Where(ring.Contains)).ToImmutableSortedSet(StringComparer.Ordinal).Remove(here);
    }

    /// <summary>A turn of the agent's timer. A peer that is new is given a whole beat before it can miss one.</summary>
    public Suspicion Turn(IEnumerable<string> peers, long nowMs)
    {
        long since = LastTurnMs < 0 ? BeatMs : nowMs - LastTurnMs;
        bool away = since > BeatMs + AwayMs, late = since > BeatMs + LateMs;
        var next = Peers.Clear().ToBuilder();
        foreach (string name in peers)
        {
            bool known = Peers.TryGetValue(name, out var peer);
            next[name] = new Peer(false, away || peer.Heard || !known ? 0 : late ? peer.Misses : peer.Misses + 1);
        }

        return new Suspicion(next.ToImmutable(), nowMs);
    }

    /// <summary>A beat came from it, or it answered one: whatever was held against it is gone.</summary>
    public Suspicion Hear(string name) => Peers.ContainsKey(name) ? this with { Peers = Peers.SetItem(name, new Peer(true, 0)) } : this;

    /// <summary>Its port refuses, or an offer to it failed twice.</summary>
    public Suspicion Refuse(string name) => Peers.ContainsKey(name) ? this with { Peers = Peers.SetItem(name, new Peer(false, Misses)) } : this;

    public bool Suspects(string name) => Peers.TryGetValue(name, out var peer) && peer.Misses >= Misses;
}
