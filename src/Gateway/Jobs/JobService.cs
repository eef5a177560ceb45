using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Gateway.Planning;
using StopKind = OrleansStream.Contracts.StopKind;

namespace OrleansStream.Gateway.Jobs;

/// <summary>Submits, watches and stops jobs of a tenant through their grains.</summary>
public sealed class JobService(IGrainFactory grains, ILogger<JobService> log)
{
    /// <summary>Starts a planned job; gives its id.</summary>
    /// <param name="name">for people; null = <c>job</c>.</param>
    /// <param name="fromSavepoint">id of the savepoint to begin from; null = from nothing.</param>
    /// <param name="dropState">state that the plan has no place for may be left behind.</param>
    /// <exception cref="SavepointRefusedException">it cannot begin from that savepoint.</exception>
    public async Task<string> SubmitAsync(JobPlan job, string? name, string? fromSavepoint = null, bool dropState = false)
    {
        name = string.IsNullOrWhiteSpace(name) ? "job" : name.Trim();
        string id = JobId.New(name);
        await Grain(new JobKey(JobId.Tenant, id)).SubmitAsync(new JobSubmission(name, job.Sql, job.PlanText, job.Settings, job.Collect, fromSavepoint, dropState));
        Log.Submitted(log, id, name);
        return id;
    }

    /// <summary>Null = no such job.</summary>
    public async Task<JobStatus?> StatusAsync(string id) => JobId.Key(id) is { } key ? await Grain(key).StatusAsync() : null;

    /// <summary>Jobs of the tenant, newest first.</summary>
    public async Task<ImmutableArray<JobStatus>> ListAsync()
    {
        var rows = await grains.GetGrain<ICatalogGrain>(JobId.Tenant).JobsAsync();
        var statuses = await Task.WhenAll(rows.Select(r => Grain(new JobKey(JobId.Tenant, r.Id)).StatusAsync()));
        return [.. statuses.OfType<JobStatus>()];
    }

    /// <summary>Returns once the stop is journalled. Null = no such job.</summary>
    public async Task<JobStatus?> StopAsync(string id, StopKind kind)
    {
        if (JobId.Key(id) is not { } key) return null;
        var status = await Grain(key).StopAsync(kind);
        if (status is not null) Log.StopAskedFor(log, id, kind.ToString());
        return status;
    }

    /// <summary>Asks for a savepoint. Null = no such job.</summary>
    /// <exception cref="SavepointRefusedException">the job keeps no state.</exception>
    public async Task<SavepointStatus?> SavepointAsync(string id)
    {
        if (JobId.Key(id) is not { } key) return null;
        var savepoint = await Grain(key).SavepointAsync();
        if (savepoint is not null) Log.SavepointAskedFor(log, id, savepoint.Id);
        return savepoint;
    }

    /// <summary>The reader of a SELECT's rows; one reader a job.</summary>
    public ResultReader Results(string id) => new(grains.GetGrain<IResultGrain>(new JobKey(JobId.Tenant, id).ToString()));

    private IJobGrain Grain(JobKey key) => grains.GetGrain<IJobGrain>(key.ToString());
}
