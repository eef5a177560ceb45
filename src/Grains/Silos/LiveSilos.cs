using System.Collections.Immutable;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Silos;

/// <summary>
/// The silos that shards and runs may be put on: active members that are not suspected and are not about to leave. Our heartbeats find a silent silo seconds before
/// membership does; being wrong costs a replay.
/// </summary>
public sealed class LiveSilos(IClusterMembershipService membership, ISiloMetadataCache metadata, Agents agents, TimeProvider time)
{
    private ImmutableHashSet<string> _leaving = [];
    private Suspicion _suspicion = Suspicion.None;

    /// <summary>In a stable order; names as tables of shards have them.</summary>
    public ImmutableArray<string> Names => [.. Members.Where(IsLive).Order(StringComparer.Ordinal)];

    /// <summary>The live silos with what their metadata say.</summary>
    public ImmutableArray<SiloOffer> Offers => [.. Names.Select(Offer)];

    /// <summary>Active members, heard of or not.</summary>
    public IEnumerable<string> Members => membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => Agents.NameOf(m.SiloAddress));

    /// <summary>This silo.</summary>
    public string Here => agents.Here;

    public bool IsLive(string name) => !_leaving.Contains(name) && Answers(name);

    /// <summary>Leaving or not: calls to it are worth waiting for.</summary>
    public bool Answers(string name) =>
        membership.CurrentSnapshot.GetSiloStatus(Agents.AddressOf(name)) == SiloStatus.Active
        && (name == Here || !Volatile.Read(ref _suspicion).Suspects(name));

    /// <summary>Whether beats of that silo come here.</summary>
    public bool Listens(string name) => name == Here || Volatile.Read(ref _suspicion).Peers.ContainsKey(name);

    /// <summary>A turn of the agent's timer; gives the peers to beat to.</summary>
    /// <param name="shared">silos that share a job with this one.</param>
    public IEnumerable<string> Turn(IEnumerable<string> shared)
    {
        var peers = Suspicion.PeersOf(Here, Members, shared);
        long now = (long)time.GetElapsedTime(0).TotalMilliseconds;
        Change(s => s.Turn(peers, now));
        return peers;
    }

    /// <summary>A beat came from it, or it answered one.</summary>
    public void Heard(string name) => Change(s => s.Hear(name));

    /// <summary>Its port refuses, or it did not answer an offer twice: doubted until it is heard again.</summary>
    public void Refused(string name) => Change(s => s.Refuse(name));

    /// <summary>A silo said that it is about to stop.</summary>
    public void Leave(string name) => ImmutableInterlocked.Update(ref _leaving, (all, one) => all.Add(one), name);

    public bool IsLeaving(string name) => _leaving.Contains(name);

    private void Change(Func<Suspicion, Suspicion> change) => ImmutableInterlocked.Update(ref _suspicion, change);

    private SiloOffer Offer(string name)
    {
        var said = metadata.GetSiloMetadata(Agents.AddressOf(name)).Metadata;
        return new SiloOffer(
            name, said.GetValueOrDefault("zone", ""), said.GetValueOrDefault("pool", ""), int.TryParse(said.GetValueOrDefault("cores"), out int cores) ? cores : 1);
    }
}
