using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Jobs;

/// <summary>Lists, finds and deletes savepoints of a tenant.</summary>
public sealed class SavepointService(IGrainFactory grains, JobService jobs, ILogger<SavepointService> log)
{
    private ISavepointsGrain Grain => grains.GetGrain<ISavepointsGrain>(JobId.Tenant);

    /// <summary>Those that exist, newest first.</summary>
    public Task<ImmutableArray<SavepointStatus>> ListAsync() => Grain.ListAsync();

    /// <summary>One that exists, or that was asked of a job and is pending or failed. Null = neither.</summary>
    public async Task<SavepointStatus?> FindAsync(string id)
    {
        if (JobOf(id) is not { } job) return null;
        return await Grain.FindAsync(id) ?? (await jobs.StatusAsync(job))?.Savepoints.FirstOrDefault(s => s.Id == id && s.State != SavepointState.Completed);
    }

    /// <summary>False = there is none.</summary>
    /// <exception cref="SavepointRefusedException">a job still needs it.</exception>
    public async Task<bool> DeleteAsync(string id)
    {
        if (JobOf(id) is null || !await Grain.DeleteAsync(id)) return false;
        Log.SavepointDeleted(log, id);
        return true;
    }

    // <job>-<n>; anything else is no savepoint's id, and never becomes part of a name in a store.
    private static string? JobOf(string id)
    {
        int dash = id.LastIndexOf('-');
        return dash > 0 && JobId.Key(id[..dash]) is not null && dash + 1 < id.Length && id[(dash + 1)..].All(char.IsAsciiDigit) ? id[..dash] : null;
    }
}
