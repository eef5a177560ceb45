using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansStream.Grains.Shards;

namespace OrleansStream.Grains.Silos;

/// <summary>
/// Before Orleans stops (it is registered after Orleans, so stopped before it): no run and no shard stays here. Runs take a final checkpoint and begin elsewhere what
/// goes on from there; those of other silos hear in a heartbeat that this one is leaving, and do the same. The last silo leaves it to the next start.
/// </summary>
public sealed class Drain(SiloRuns runs, SiloShards shards, LiveSilos silos, TimeProvider time, ILogger<Drain> log) : IHostedService
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
            await Task.WhenAll(empty, shards.WhenEmpty()).WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.DrainFailed(log, $"runs or shards remain after {Limit}: {string.Join(", ", runs.Beats.Select(r => $"{r.Job}/{r.Generation}").Concat(shards.Generations.Select(g => $"shards of {g.Job}/{g.Generation}")))}");
        }
    }
}
