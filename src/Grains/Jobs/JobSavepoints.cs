using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Runs;

namespace OrleansStream.Grains.Jobs;

/// <summary>What a job's front door knows of savepoints: those that were asked of the job, and the one that it begins from.</summary>
internal sealed class JobSavepoints(RunServices services, JobKey job, ILogger log)
{
    private const int Kept = 50;

    private readonly SavepointStore _store = new(services.Parts);
    private readonly HashSet<string> _copying = [];

    public static SavepointStatus Completed(Savepoint s) =>
        new(s.Id, s.Job, SavepointState.Completed, DateTimeOffset.FromUnixTimeMilliseconds(s.TakenMs), s.Manifest.Epoch, s.Bytes);

    /// <summary>Replaces what was known of a savepoint, or adds it.</summary>
    public static ImmutableArray<SavepointStatus> With(ImmutableArray<SavepointStatus> known, SavepointStatus news)
    {
        int at = known.IndexOf(known.FirstOrDefault(s => s.Id == news.Id)!);
        return at < 0 ? [.. known.TakeLast(Kept - 1), news] : known.SetItem(at, news);
    }

    /// <summary>The manifest that a plan begins from.</summary>
    /// <exception cref="SavepointRefusedException">there is no such savepoint, or the plan cannot go on from it.</exception>
    public async Task<Manifest> FitAsync(string id, Plan plan, bool dropState)
    {
        var found = await ReadAsync(id) ?? throw new SavepointRefusedException(SavepointRefusal.Unknown, $"there is no savepoint '{id}'");
        var findings = new List<string>();
        if (SavepointFit.Of(found, plan, dropState, findings) is { } fit) return fit;
        throw new SavepointRefusedException(SavepointRefusal.Misfit, $"savepoint '{id}' does not fit the script: {string.Join("; ", findings)}");
    }

    /// <summary>Whether a savepoint exists by now.</summary>
    public async Task<SavepointStatus?> FindAsync(string id) => await ReadAsync(id) is { } found ? Completed(found) : null;

    /// <summary>
    /// The savepoint of a job that has ended: its last checkpoint is committed, which changes nothing if it was, and copied. In the background; once at a time.
    /// </summary>
    /// <param name="told">hears how it went.</param>
    public void Copy(string id, JournalHead head, Func<SavepointStatus, Task> told)
    {
        if (_copying.Add(id)) _ = CopyAsync(id, head, told);
    }

    private async Task CopyAsync(string id, JournalHead head, Func<SavepointStatus, Task> told)
    {
        var status = new SavepointStatus(id, job.Job, SavepointState.Failed, services.Time.GetUtcNow());
        try
        {
            if (head is { Publish.Manifest: { } manifest, Plan: { } plan })
            {
                await using var sinks = new RunSinks(PlanJson.Read(plan), job, head.Generation, services.Connectors, services.ConnectorServices);
                foreach (string sink in sinks.Uids) await sinks.CommitAsync(sink, manifest, CancellationToken.None);
                foreach (var image in manifest.Shards) await _store.CopyAsync(image, job.Tenant, id, manifest.Generation, manifest.Epoch, CancellationToken.None);
                var savepoint = Savepoint.Of(manifest, job, id, services.Time.GetUtcNow().ToUnixTimeMilliseconds(), plan);
                await _store.PublishAsync(savepoint, job.Tenant, CancellationToken.None);
                status = Completed(savepoint);
            }
            else status = status with { Error = "the job ended before its first checkpoint: there is nothing to keep" };
        }
#pragma warning disable CA1031 // Told as the savepoint's error; it may be asked for again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.SavepointFailed(log, job, id, e);
            status = status with { Error = e.Message };
        }

        _copying.Remove(id);
        await told(status);
    }

    private async Task<Savepoint?> ReadAsync(string id)
    {
        try
        {
            return await _store.FindAsync(job.Tenant, id, CancellationToken.None);
        }
        catch (InvalidDataException e)
        {
            throw new SavepointRefusedException(SavepointRefusal.Damaged, e.Message);
        }
    }
}
