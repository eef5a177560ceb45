using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansStream.Grains.Silos;

/// <summary>
/// Before Orleans stops (it is registered after Orleans, so stopped before it): no run stays here. Each takes a checkpoint and stands down; another silo, or the next
/// start, goes on from there.
/// </summary>
public sealed class Drain(SiloRuns runs, LiveSilos silos, TimeProvider time, ILogger<Drain> log) : IHostedService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        silos.Leave(silos.Here);
        var empty = runs.WhenEmpty();
        foreach (var run in runs.Grains)
        {
            try
            {
                await run.DrainAsync();
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                Log.DrainFailed(log, e.Message);
            }
        }

        try
        {
            await empty.WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.DrainFailed(log, $"runs remain after {Limit}: {string.Join(", ", runs.Beats)}");
        }
    }
}
