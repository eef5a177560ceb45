using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage.Files;

/// <summary>
/// Journals as numbered files <c>&lt;state&gt;/jobs/&lt;tenant&gt;/&lt;job&gt;/journal/0000000001.json</c>. An entry is written and synced under a temporary name and then
/// linked to its number: the name appears with the whole entry or not at all, and only one writer gets it.
/// (File.Move without overwrite checks first and renames then; FileMode.CreateNew can leave a torn entry.)
/// </summary>
public sealed class FileJournal(string state, IDisk disk) : IJournal
{
    private readonly string _jobs = Path.Combine(state, "jobs");

    // Entries never change, so a head is read on from where it was read last.
    private readonly ConcurrentDictionary<JobKey, JournalHead> _heads = new();
    private readonly string _writer = $"{Environment.ProcessId}-{Path.GetRandomFileName()}";
    private long _temporary;

    public FileJournal(string state) : this(state, Disk.Instance)
    {
    }

    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel) => new(Read(job));

    public ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        string folder = Folder(job);
        disk.Create(folder);
        if (seen > 0 && !disk.Exists(PathOf(folder, seen))) throw new InvalidOperationException($"job {job}: entry {seen} was not read, it does not exist");
        string temporary = Path.Combine(folder, $".{_writer}-{Interlocked.Increment(ref _temporary)}");
        disk.Write(temporary, new ReadOnlySequence<byte>(JournalJson.Write(entry)));
        bool won;
        try
        {
            won = disk.TryLink(temporary, PathOf(folder, seen + 1));
        }
        finally
        {
            disk.Delete(temporary);
        }

        if (won) disk.Sync(folder);
        return new(won);
    }

    public ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel) =>
        new([.. Jobs().Select(Read).Where(h => h.Desired?.State == DesiredState.Running)]);

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel) => new([.. Jobs()]);

    private JournalHead Read(JobKey job)
    {
        string folder = Folder(job);
        var head = _heads.GetValueOrDefault(job) ?? JournalHead.Empty(job);
        for (string path = PathOf(folder, head.Version + 1); disk.Exists(path); path = PathOf(folder, head.Version + 1))
            head = head.After(JournalJson.Read(disk.Read(path), path));

        _heads[job] = head;
        return head;
    }

    private IEnumerable<JobKey> Jobs()
    {
        foreach (string tenant in disk.Folders(_jobs).Order(StringComparer.Ordinal))
        {
            foreach (string job in disk.Folders(tenant).Order(StringComparer.Ordinal))
            {
                var key = new JobKey(StateNames.Read(Path.GetFileName(tenant)), StateNames.Read(Path.GetFileName(job)));
                if (disk.Exists(PathOf(Folder(key), 1))) yield return key;
            }
        }
    }

    private string Folder(JobKey job) => Path.Combine(_jobs, StateNames.Write(job.Tenant), StateNames.Write(job.Job), "journal");

    private static string PathOf(string folder, long number) => Path.Combine(folder, number.ToString("D10", CultureInfo.InvariantCulture) + ".json");
}
