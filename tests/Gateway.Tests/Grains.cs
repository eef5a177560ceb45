using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Tests;

/// <summary>Grains as the gateway sees them, which do nothing but remember: what is under test is what the gateway asks of them.</summary>
public sealed class JobStub : Grain, IJobGrain
{
    public static ConcurrentDictionary<string, JobSubmission> Submitted { get; } = new();

    public static ConcurrentDictionary<string, StopKind> Stopped { get; } = new();

    public Task SubmitAsync(JobSubmission submission)
    {
        if (submission.FromSavepoint == "gone-234567-1") throw new SavepointRefusedException(SavepointRefusal.Unknown, "there is no savepoint 'gone-234567-1'");
        if (submission.Name == "refused") throw new InvalidOperationException("no room");
        Submitted[Key] = submission;
        return GrainFactory.GetGrain<ICatalogGrain>("default").AddJobAsync(new JobRow(Key.Split('/')[1], submission.Name, DateTimeOffset.UnixEpoch));
    }

    public Task<JobStatus?> StatusAsync() => Task.FromResult(Submitted.TryGetValue(Key, out var s) ? Status(s) : null);

    public Task<JobStatus?> StopAsync(StopKind kind)
    {
        if (Submitted.TryGetValue(Key, out var s) && s.Name == "unstoppable") throw new NotSupportedException("not like this");
        if (Submitted.ContainsKey(Key)) Stopped[Key] = kind;
        return StatusAsync();
    }

    public Task<SavepointStatus?> SavepointAsync()
    {
        if (!Submitted.TryGetValue(Key, out var s)) return Task.FromResult<SavepointStatus?>(null);
        if (s.Name == "stateless") throw new SavepointRefusedException(SavepointRefusal.NoState, "keeps nothing");
        return Task.FromResult<SavepointStatus?>(new SavepointStatus($"{Key.Split('/')[1]}-1", Key.Split('/')[1], SavepointState.Pending, DateTimeOffset.UnixEpoch));
    }

    private string Key => this.GetPrimaryKeyString();

    private JobStatus Status(JobSubmission s) => new()
    {
        Id = Key[(Key.IndexOf('/', StringComparison.Ordinal) + 1)..],
        Tenant = "default",
        Name = s.Name,
        State = JobState.Running,
        Since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Watermark = 1_000,
        RowsIn = 7,
        Sql = s.Sql,
        Stages =
        [
            new StageStatus(0, "bids", [Shard(0, 3), Shard(1, 4)]),
        ],
    };

    private static ShardStatus Shard(int shard, long late) =>
        new(shard, "silo-1", 10, 5, 2, null, null, false, 0, 0.5, new SortedDictionary<string, long> { ["late"] = late }.ToImmutableSortedDictionary());
}

public sealed class CatalogStub : Grain, ICatalogGrain
{
    private readonly List<JobRow> _rows = [];

    public Task AddJobAsync(JobRow job)
    {
        _rows.Insert(0, job);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<JobRow>> JobsAsync() => Task.FromResult<ImmutableArray<JobRow>>([.. _rows]);

    public Task RemoveJobAsync(string id)
    {
        _rows.RemoveAll(r => r.Id == id);
        return Task.CompletedTask;
    }
}

public sealed class ConnectorCatalogStub : Grain, IConnectorCatalogGrain
{
    private ImmutableArray<string> _schemas = [];

    public Task PublishAsync(ImmutableArray<string> schemas)
    {
        _schemas = schemas;
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<string>> SchemasAsync() => Task.FromResult(_schemas);
}

public sealed class ResultStub : Grain, IResultGrain
{
    /// <summary>Pages of one batch each, then the end.</summary>
    public static ImmutableArray<byte[]> Pages { get; } = [[1], [2, 2], [3]];

    public static JobFault Fault { get; } = new("OS5001", "malformed", "f:1:2", DateTimeOffset.UnixEpoch);

    public Task<ResultPage> FetchAsync(long token) => Task.FromResult(token < Pages.Length
        ? new ResultPage(token + 1, [Pages[(int)token]], false, null)
        : new ResultPage(token, [], true, Fault));

    public Task<bool> OfferAsync(int shard, long sequence, byte[] batch) => throw new NotSupportedException();

    public Task CompleteAsync(JobFault? fault) => throw new NotSupportedException();
}

public sealed class SavepointsStub : Grain, ISavepointsGrain
{
    private static readonly SavepointStatus One = new("one-234567-1", "one-234567", SavepointState.Completed, DateTimeOffset.UnixEpoch, 12, 345);

    public Task<ImmutableArray<SavepointStatus>> ListAsync() => Task.FromResult<ImmutableArray<SavepointStatus>>([One]);

    public Task<SavepointStatus?> FindAsync(string id) => Task.FromResult(id == One.Id ? One : null);

    public Task<bool> DeleteAsync(string id) =>
        id == "used-234567-1" ? throw new SavepointRefusedException(SavepointRefusal.InUse, "job 'x' began from it") : Task.FromResult(id == One.Id);
}
