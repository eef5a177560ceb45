using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansStream.Contracts;
using OrleansStream.Silo;

namespace OrleansStream.Cluster.Tests;

/// <summary>A silo as <c>ostream run</c> composes it: free ports, a private state folder.</summary>
public sealed class LocalSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly bool _keep;

    private LocalSilo(IHost host, string folder, bool keep)
    {
        _host = host;
        Folder = folder;
        _keep = keep;
    }

    public string Folder { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _host.Services;

    public T Service<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <param name="folder">state folder that outlives this silo; null = a temporary one.</param>
    public static async Task<LocalSilo> StartAsync(string? folder = null, Func<SiloOptions, SiloOptions>? change = null, Action<IServiceCollection>? services = null)
    {
        string path = folder ?? Directory.CreateTempSubdirectory("ostream-").FullName;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("OSTREAM_TEST_LOG") is not null) builder.Logging.AddSimpleConsole(c => c.TimestampFormat = "HH:mm:ss.fff ").AddFilter("Orleans", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning).AddFilter("OrleansStream", LogLevel.Information);
        var options = new SiloOptions { StateFolder = path, BaseDirectory = path };
        builder.AddOrleansStreamSilo(change?.Invoke(options) ?? options);
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new LocalSilo(host, path, folder is not null);
    }

    /// <summary>Completes when this silo knows of <paramref name="count"/> active silos.</summary>
    public async Task SeesAsync(int count)
    {
        await foreach (var snapshot in Service<IClusterMembershipService>().MembershipUpdates)
            if (snapshot.Members.Values.Count(m => m.Status == SiloStatus.Active) >= count) return;
    }

    /// <summary>The status once the job has ended, however.</summary>
    public Task<JobStatus> EndedAsync(IJobGrain job) => UntilAsync(job, s => s.Ended);

    /// <summary>The first status that fulfils a condition.</summary>
    public async Task<JobStatus> UntilAsync(IJobGrain job, Func<JobStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JobStatus? status = null;
        while (status is null || !condition(status))
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"still {status?.State} ({status?.Why}), generation {status?.Generation}, epoch {status?.Epoch}: {string.Join("; ", status?.Stages.SelectMany(s => s.Shards.Select(h => $"{s.Id}/{h.Shard} in {h.RowsIn} out {h.RowsOut} ended {h.Ended} {h.BlockedBy}")) ?? [])}");
            await Task.Delay(20);
            status = await job.StatusAsync();
        }

        return status;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        if (!_keep) Directory.Delete(Folder, recursive: true);
    }
}
