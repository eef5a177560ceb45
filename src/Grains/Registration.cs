using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Streams;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.State;
using OrleansStream.Grains.Exchange;
using OrleansStream.Grains.Runs;
using OrleansStream.Grains.Shards;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;

namespace OrleansStream.Grains;

/// <summary>Puts what this project has into a silo.</summary>
public static class Registration
{
    /// <summary>
    /// Grains, agent, provider <c>exchange</c>, executor and hub. The host brings <see cref="IJournal"/>, <see cref="IPartStore"/>, <see cref="IPlaceTable"/>, <see cref="IConnectorCatalog"/>,
    /// <see cref="IServices"/> and <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="threads">of the executor.</param>
    public static ISiloBuilder AddStreamGrains(this ISiloBuilder silo, int threads)
    {
        var services = silo.Services;
        services.AddSingleton(sp => new Executor(threads, sp.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ExchangeHub>();
        services.TryAddSingleton(ResultLimits.Default);
        services.AddSingleton<Agents>();
        services.AddSingleton<LiveSilos>();
        services.AddSingleton<SiloRuns>();
        services.AddSingleton<ShardEvents>();
        services.AddSingleton<ExchangeProvider>();
        services.AddKeyedSingleton<IStreamProvider>(ExchangeProvider.ProviderName, (sp, _) => sp.GetRequiredService<ExchangeProvider>());
        services.AddSingleton(Hosts);
        services.AddSingleton(sp => new SiloShards(sp.GetRequiredService<HostServices>()));
        services.AddSingleton(sp => new RunServices(
            sp.GetRequiredService<IJournal>(), sp.GetRequiredService<IPartStore>(), Connectors(sp), sp.GetRequiredService<IServices>(), sp.GetRequiredService<Agents>(),
            sp.GetRequiredService<LiveSilos>(), sp.GetRequiredService<IGrainFactory>(), sp.GetRequiredService<TimeProvider>()));
        silo.AddGrainDirectory(RunDirectory.Name, (sp, _) => new RunDirectory(sp.GetRequiredService<IPlaceTable>()));
        silo.AddGrainService<SiloAgent>();
        silo.AddStartupTask(PublishConnectorsAsync);
        return silo;
    }

    private static HostServices Hosts(IServiceProvider sp)
    {
        var time = sp.GetRequiredService<TimeProvider>();
        var provider = sp.GetRequiredService<ExchangeProvider>();
        return new HostServices(
            sp.GetRequiredService<Agents>().Here, time, ThreadPoolPool.Instance, sp.GetRequiredService<Executor>(), sp.GetRequiredService<ExchangeHub>(), provider.Link,
            sp.GetRequiredService<IPartStore>(), Connectors(sp), sp.GetRequiredService<IServices>(), _ => new ShardState(),
            sp.GetRequiredService<ShardEvents>());
    }

    // The sink of a SELECT lives here, since it offers pages to a grain.
    private static Func<string, Connector> Connectors(IServiceProvider sp)
    {
        var catalog = sp.GetRequiredService<IConnectorCatalog>();
        var collect = new CollectConnector(sp.GetRequiredService<IGrainFactory>(), sp.GetRequiredService<TimeProvider>());
        return name => name == CollectConnector.ConnectorName ? collect : catalog.Connector(name);
    }

    // Before the silo takes work, so that the first script finds what there is. In a cluster that lost a member the grain, or its entry in the directory, may be on the
    // dead one until membership knows: a silo that starts then waits for that.
    private static Task PublishConnectorsAsync(IServiceProvider sp, CancellationToken cancel)
    {
        var log = sp.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Registration));
        ImmutableArray<string> schemas = [.. sp.GetRequiredService<IConnectorCatalog>().Schemas.Select(OptionSchemaJson.Write)];
        return Retry.UntilDoneAsync(
            async () =>
            {
                await sp.GetRequiredService<IGrainFactory>().GetGrain<IConnectorCatalogGrain>(0).PublishAsync(schemas);
                return true;
            },
            e => e is TimeoutException or OrleansException,
            e =>
            {
                if (e is not null) Log.NotPublished(log, e.Message);
            },
            sp.GetRequiredService<TimeProvider>(), cancel);
    }
}
