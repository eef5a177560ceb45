using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Services;

namespace OrleansStream.Grains.Silos;

/// <summary>The agents of all silos, by the silo's name as tables of shards have it (its parsable address: unique to one life of a silo).</summary>
public sealed class Agents(IServiceProvider services) : GrainServiceClient<ISiloAgent>(services)
{
    private readonly ConcurrentDictionary<string, ISiloAgent> _agents = new();

    /// <summary>This silo.</summary>
    public string Here { get; } = NameOf(services.GetRequiredService<ILocalSiloDetails>().SiloAddress);

    public ISiloAgent On(string silo) => _agents.GetOrAdd(silo, s => GetGrainService(AddressOf(s)));

    public static string NameOf(SiloAddress silo) => silo.ToParsableString();

    public static SiloAddress AddressOf(string silo) => SiloAddress.FromParsableString(silo);
}
