using System.Collections.Immutable;

namespace OrleansStream.Grains.Silos;

/// <summary>The silos that shards and runs may be put on: those that membership calls active and that are not about to leave.</summary>
public sealed class LiveSilos(IClusterMembershipService membership, Agents agents)
{
    private ImmutableHashSet<string> _leaving = [];

    /// <summary>In a stable order; names as tables of shards have them.</summary>
    public ImmutableArray<string> Names =>
    [
        .. membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => Agents.NameOf(m.SiloAddress))
            .Where(name => !_leaving.Contains(name)).Order(StringComparer.Ordinal),
    ];

    /// <summary>This silo.</summary>
    public string Here => agents.Here;

    public bool IsLive(string name) => !_leaving.Contains(name) && membership.CurrentSnapshot.GetSiloStatus(Agents.AddressOf(name)) == SiloStatus.Active;

    /// <summary>A silo said that it is about to stop.</summary>
    public void Leave(string name) => ImmutableInterlocked.Update(ref _leaving, (all, one) => all.Add(one), name);
}
