using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansStream.Gateway;
using OrleansStream.Silo;

namespace OrleansStream.Cli;

/// <summary>A silo for one run: free ports, a private state folder that goes with it, and nothing written to the terminal below a warning.</summary>
internal sealed class LocalSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly DirectoryInfo _state;

    private LocalSilo(IHost host, DirectoryInfo state) => (_host, _state) = (host, state);

    public IServiceProvider Services => _host.Services;

    /// <param name="print">where the <c>print</c> connector writes.</param>
    public static async Task<LocalSilo> StartAsync(Action<string> print)
    {
        var state = Directory.CreateTempSubdirectory("ostream-");
        // Empty: neither configuration files nor the console lifetime, whose Ctrl-C would stop the silo under the running job.
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans", LogLevel.Error).AddFilter("OrleansStream", LogLevel.Warning);
        // Why a run failed is shown at its end, as the fault of its job.
        builder.Logging.AddFilter("OrleansStream.Grains", LogLevel.Critical);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddOrleansStreamSilo(new SiloOptions { StateFolder = state.FullName, Name = "local", Print = print, Dashboard = false });
        builder.Services.AddGatewayServices();
        var host = builder.Build();
        await host.StartAsync();
        return new LocalSilo(host, state);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        _state.Delete(recursive: true);
    }
}
