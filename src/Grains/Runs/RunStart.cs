using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;
using OrleansStream.Grains.Silos;

namespace OrleansStream.Grains.Runs;

/// <summary>Starts the run of a generation on this silo. Whoever does so first wins in the journal; for the others that is success too.</summary>
internal static class RunStart
{
    public static Task BeginAsync(IGrainFactory grains, string here, string job, int generation, RunBegin begin)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, Agents.AddressOf(here));
        try
        {
            return grains.GetGrain<IRunGrain>(RunGrain.KeyOf(job, generation)).BeginAsync(begin);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    /// <summary>As above; a failure is only noted, since the agents look again every second.</summary>
    public static async Task TryBeginAsync(RunServices services, string on, string job, int generation, RunBegin begin, ILogger log)
    {
        try
        {
            await BeginAsync(services.Grains, on, job, generation, begin);
        }
#pragma warning disable CA1031 // Reconciliation is the second try.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.BeginFailed(log, job, generation, e.Message);
        }
    }
}
