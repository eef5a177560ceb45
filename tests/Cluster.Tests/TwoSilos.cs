using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using OrleansStream.Grains.Runs;
using OrleansStream.Silo;
using Xunit;

namespace OrleansStream.Cluster.Tests;

/// <summary>Two silos of bare Orleans in this process, joined over real sockets: what Orleans itself does is observed here.</summary>
public sealed class TwoSilos : IAsyncLifetime
{
    /// <summary>How long a stuck request may hold its activation before Orleans goes round it (its default: two hours).</summary>
    public static readonly TimeSpan MaxRequestProcessingTime = TimeSpan.FromSeconds(1);

    private readonly List<IHost> _hosts = [];

    public RunDirectory Runs { get; } = new(new MemoryPlaceTable());

    public IGrainFactory Grains(int silo) => _hosts[silo].Services.GetRequiredService<IGrainFactory>();

    public SiloAddress Address(int silo) => _hosts[silo].Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    public T Service<T>(int silo) where T : notnull => _hosts[silo].Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        int[] ports = [FreePort.Next(), FreePort.Next()];
        foreach (int port in ports)
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(port, 0, new IPEndPoint(IPAddress.Loopback, ports[0]));
                silo.Configure<SiloMessagingOptions>(o => o.MaxRequestProcessingTime = MaxRequestProcessingTime);
                silo.AddGrainDirectory<IGrainDirectory>("runs", (_, _) => Runs);
            });
            var host = builder.Build();
            await host.StartAsync();
            _hosts.Add(host);
        }

        // The first silo learns of the second by gossip: placement on it works from then on.
        var membership = Service<IClusterMembershipService>(0);
        await foreach (var snapshot in membership.MembershipUpdates)
            if (snapshot.Members.Values.Count(m => m.Status == SiloStatus.Active) == 2) break;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
