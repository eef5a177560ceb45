using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Grains.Jobs;
using OrleansStream.Grains.Runs;

namespace OrleansStream.Grains;

/// <summary>The savepoints of a tenant, as the store of parts has them.</summary>
[GrainType("savepoints")]
[Reentrant]
public sealed class SavepointsGrain(RunServices services) : Grain, ISavepointsGrain
{
    private SavepointStore Store => new(services.Parts);

    private string Tenant => this.GetPrimaryKeyString();

    public async Task<ImmutableArray<SavepointStatus>> ListAsync()
    {
        var found = await Task.WhenAll((await Store.ListAsync(Tenant, CancellationToken.None)).Select(FindAsync));
        return [.. found.OfType<SavepointStatus>().OrderByDescending(s => s.At)];
    }

    public async Task<SavepointStatus?> FindAsync(string id)
    {
        try
        {
            return await Store.FindAsync(Tenant, id, CancellationToken.None) is { } found ? JobSavepoints.Completed(found) : null;
        }
        catch (InvalidDataException e)
        {
            return new SavepointStatus(id, "", SavepointState.Failed, DateTimeOffset.UnixEpoch, Error: e.Message);
        }
    }

    public async Task<bool> DeleteAsync(string id)
    {
        string folder = Savepoint.Folder(Tenant, id);
        var heads = await services.Journal.ReadRunningAsync(CancellationToken.None);
        if (heads.FirstOrDefault(h => h.Publish?.Manifest.Shards.Any(s => s.Parts.Any(p => p.StartsWith(folder, StringComparison.Ordinal))) == true) is { } user)
            throw new SavepointRefusedException(SavepointRefusal.InUse, $"job '{user.Job.Job}' began from savepoint '{id}' and has taken no checkpoint of its own yet");
        return await Store.DeleteAsync(Tenant, id, CancellationToken.None);
    }
}
