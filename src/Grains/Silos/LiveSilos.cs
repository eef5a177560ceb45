using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Silos;

/// <summary>
/// The silos that shards and runs may be put on: active members that are heard of and are not about to leave. Our heartbeats find a silent silo seconds before
/// membership does; being wrong costs a replay.
/// </summary>
public sealed class LiveSilos(IClusterMembershipService membership, ISiloMetadataCache metadata, Agents agents, TimeProvider time)
{
    /// <summary>A silo that was not heard of for this long is not used.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, long> _heard = new();
    private ImmutableHashSet<string> _leaving = [];

    /// <summary>In a stable order; names as tables of shards have them.</summary>
    public ImmutableArray<string> Names => [.. Members.Where(IsLive).Order(StringComparer.Ordinal)];

    /// <summary>The live silos with what their metadata say.</summary>
    public ImmutableArray<SiloOffer> Offers => [.. Names.Select(Offer)];

    /// <summary>Active members, heard of or not.</summary>
    public IEnumerable<string> Members => membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => Agents.NameOf(m.SiloAddress));

    /// <summary>This silo.</summary>
    public string Here => agents.Here;

    /// <summary>A new member counts as heard of when it is first asked for.</summary>
    public bool IsLive(string name) =>
        !_leaving.Contains(name)
        && membership.CurrentSnapshot.GetSiloStatus(Agents.AddressOf(name)) == SiloStatus.Active
        && (name == Here || time.GetElapsedTime(_heard.GetOrAdd(name, _ => time.GetTimestamp())) <= Silence);

    private SiloOffer Offer(string name)
    {
        var said = metadata.GetSiloMetadata(Agents.AddressOf(name)).Metadata;
        return new SiloOffer(
            name, said.GetValueOrDefault("zone", ""), said.GetValueOrDefault("pool", ""), int.TryParse(said.GetValueOrDefault("cores"), out int cores) ? cores : 1);
    }

    public void Heard(string name) => _heard[name] = time.GetTimestamp();

    /// <summary>This silo was away itself: what it did not hear proves nothing.</summary>
    public void StartAnew()
    {
        foreach (string name in _heard.Keys) Heard(name);
    }

    /// <summary>A silo said that it is about to stop.</summary>
    public void Leave(string name) => ImmutableInterlocked.Update(ref _leaving, (all, one) => all.Add(one), name);

    public bool IsLeaving(string name) => _leaving.Contains(name);
}
