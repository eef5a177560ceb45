using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Storage;
using OrleansStream.Connectors;
using OrleansStream.Engine.Connect;
using OrleansStream.Grains;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;

namespace OrleansStream.Silo;

/// <summary>Puts a silo together: the same for local runs, <c>serve</c> and clusters.</summary>
public static class Composition
{
    /// <summary>
    /// Adds a silo to a host. The folder is locked at once; ports are chosen when they are 0. In-process callers use the host's own cluster client.
    /// </summary>
    /// <exception cref="InvalidOperationException">the state folder is in use by another process, or the database cannot be used: one sentence for a person.</exception>
    public static TBuilder AddOrleansStreamSilo<TBuilder>(this TBuilder builder, SiloOptions options) where TBuilder : IHostApplicationBuilder
    {
        if (options.SiloPort != 0 && FreePort.IsTaken(options.SiloPort))
            throw new InvalidOperationException($"port {options.SiloPort} is in use: every process of a cluster needs a port of its own for the others");
        var folder = options.Database is null ? StateFolder.Open(options.StateFolder) : null;
        var database = folder is null ? Database.PostgreSql(options.Database!) : Database.Sqlite(folder.File("grains.db"));
        database.Prepare();

        var services = builder.Services;
        // Made by a factory, so that the container disposes it (and frees the folder's lock) with the host.
        services.AddSingleton(_ => new Stores(options, folder));
        services.AddHostedService(sp => sp.GetRequiredService<Stores>());
        services.AddSingleton(sp => sp.GetRequiredService<Stores>().Journal);
        services.AddSingleton(sp => sp.GetRequiredService<Stores>().Parts);
        services.AddSingleton(sp => sp.GetRequiredService<Stores>().Places);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IServices, ProcessServices>();
        services.Configure<HostOptions>(h => h.ShutdownTimeout = TimeSpan.FromSeconds(60));
        services.AddSingleton<IConnectorCatalog>(_ => ConnectorRegistry.Scan());
        builder.UseOrleans(silo => Configure(silo, options, database));
        // After Orleans, so that it is stopped before Orleans is.
        services.AddHostedService<Drain>();
        return builder;
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options, Database database)
    {
        int threads = options.Threads > 0 ? options.Threads : Executor.ThreadsFor(Environment.ProcessorCount);
        int siloPort = options.SiloPort != 0 ? options.SiloPort : FreePort.Next();
        if (database.IsPostgreSql)
        {
            silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (database.Invariant, database.ConnectionString));
            silo.Configure<EndpointOptions>(o => (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (IPAddress.Loopback, siloPort, options.GatewayPort));
        }
        else
        {
            silo.UseLocalhostClustering(siloPort, options.GatewayPort);
        }

        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ServiceId));
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = options.Name);
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = TimeSpan.FromSeconds(2);
            // A silent silo is declared dead when nothing came from it for three of these: while its connections stand, failed probes alone do not count.
            o.MaxProbeTimeout = TimeSpan.FromSeconds(3);
            // A silo that starts must reach every active one, and doubts those that have not written for three of these: the dead of a cluster that went down
            // whole would hold the first one up for a minute and a half otherwise.
            o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        });
        silo.UseSiloMetadata(new Dictionary<string, string> { ["zone"] = options.Zone, ["pool"] = options.Pool, ["cores"] = $"{threads}" });
        silo.AddAdoNetGrainStorageAsDefault(o => o.Configure((AdoNetGrainStorageOptions storage, Serializer serializer) =>
            (storage.Invariant, storage.ConnectionString, storage.GrainStorageSerializer) = (database.Invariant, database.ConnectionString, new OrleansGrainStorageSerializer(serializer))));
        silo.AddStreamGrains(threads);
        if (options.Dashboard) silo.AddDashboard(o => o.HideTrace = true);
    }
}
