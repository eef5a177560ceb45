using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using System.Text;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage.AdoNet;

/// <summary>
/// Journals in a database: a row a job holds the number of its last entry, and only who moves it from n to n + 1 writes entry n + 1, in the same transaction.
/// </summary>
public sealed class AdoNetJournal(AdoNetDatabase database) : IJournal
{
    // Entries never change, so a head is read on from where it was read last.
    private readonly ConcurrentDictionary<JobKey, JournalHead> _heads = new();

    public async ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await ReadAsync(connection, job, cancel);
    }

    public async ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        int desired = entry is DesiredEntry d ? (int)d.State : -1;
        string move = seen == 0
            ? "INSERT INTO ostream_job (tenant, job, version, desired) VALUES (@tenant, @job, 1, @desired) ON CONFLICT DO NOTHING"
            : "UPDATE ostream_job SET version = @seen + 1, desired = CASE WHEN @desired < 0 THEN desired ELSE @desired END WHERE tenant = @tenant AND job = @job AND version = @seen";
        (string, object)[] parameters = [("@tenant", job.Tenant), ("@job", job.Job), ("@seen", seen), ("@desired", desired)];
        if (await AdoNetDatabase.ExecuteAsync(connection, transaction, move, seen == 0 ? [parameters[0], parameters[1], parameters[3]] : parameters, cancel) == 0)
        {
            await transaction.RollbackAsync(cancel);
            long version = await VersionAsync(connection, job, cancel);
            if (version < seen) throw new InvalidOperationException($"job {job}: entry {seen} was not read, it does not exist");
            return false;
        }

        await AdoNetDatabase.ExecuteAsync(
            connection, transaction, "INSERT INTO ostream_journal (tenant, job, number, entry) VALUES (@tenant, @job, @seen + 1, @entry)",
            [parameters[0], parameters[1], parameters[2], ("@entry", Encoding.UTF8.GetString(JournalJson.Write(entry)))], cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    public async ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var heads = ImmutableArray.CreateBuilder<JournalHead>();
        string where = $"WHERE desired = {(int)DesiredState.Running} ";
        foreach (var (job, version) in await JobsAsync(connection, where, cancel))
        {
            // Most heads have not changed since they were read last: no query for them.
            var head = _heads.TryGetValue(job, out var known) && known.Version == version ? known : await ReadAsync(connection, job, cancel);
            if (head.Desired?.State == DesiredState.Running) heads.Add(head);
        }

        return heads.ToImmutable();
    }

    public async ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return [.. (await JobsAsync(connection, "", cancel)).Select(j => j.Job)];
    }

    private async ValueTask<JournalHead> ReadAsync(DbConnection connection, JobKey job, CancellationToken cancel)
    {
        var head = _heads.GetValueOrDefault(job) ?? JournalHead.Empty(job);
        await using var command = AdoNetDatabase.Command(
            connection, null, "SELECT number, entry FROM ostream_journal WHERE tenant = @tenant AND job = @job AND number > @seen ORDER BY number",
            [("@tenant", job.Tenant), ("@job", job.Job), ("@seen", head.Version)]);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            long number = reader.GetInt64(0);
            string name = $"{job}/{number}";
            if (number != head.Version + 1) throw new InvalidDataException($"journal entry {job}/{head.Version + 1} is missing");
            head = head.After(JournalJson.Read(Encoding.UTF8.GetBytes(reader.GetString(1)), name));
        }

        _heads[job] = head;
        return head;
    }

    private static async ValueTask<long> VersionAsync(DbConnection connection, JobKey job, CancellationToken cancel)
    {
        await using var command = AdoNetDatabase.Command(
            connection, null, "SELECT version FROM ostream_job WHERE tenant = @tenant AND job = @job", [("@tenant", job.Tenant), ("@job", job.Job)]);
        return await command.ExecuteScalarAsync(cancel) is long version ? version : 0;
    }

    private static async ValueTask<List<(JobKey Job, long Version)>> JobsAsync(DbConnection connection, string where, CancellationToken cancel)
    {
        var jobs = new List<(JobKey, long)>();
        await using var command = AdoNetDatabase.Command(connection, null, $"SELECT tenant, job, version FROM ostream_job {where}ORDER BY tenant, job", []);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) jobs.Add((new JobKey(reader.GetString(0), reader.GetString(1)), reader.GetInt64(2)));
        return jobs;
    }
}
