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
public sealed class FileJournal(string state) : IJournal
{
    private readonly string _jobs = Path.Combine(state, "jobs");

    // Entries never change, so a head is read on from where it was read last.
    private readonly ConcurrentDictionary<JobKey, JournalHead> _heads = new();
    private readonly string _writer = $"{Environment.ProcessId}-{Path.GetRandomFileName()}";
    private long _temporary;

    public ValueTask<JournalHead> ReadAsync(JobKey job, CancellationToken cancel) => new(Read(job));

    public ValueTask<bool> TryAppendAsync(JobKey job, long seen, JournalEntry entry, CancellationToken cancel)
    {
        string folder = Folder(job);
        Disk.Create(folder);
        if (seen > 0 && !File.Exists(PathOf(folder, seen))) throw new InvalidOperationException($"job {job}: entry {seen} was not read, it does not exist");
        string temporary = Path.Combine(folder, $".{_writer}-{Interlocked.Increment(ref _temporary)}");
        Disk.Write(temporary, new ReadOnlySequence<byte>(JournalJson.Write(entry)));
        bool won;
        try
        {
            won = Disk.TryLink(temporary, PathOf(folder, seen + 1));
        }
        finally
        {
            File.Delete(temporary);
        }

        if (won) Disk.Sync(folder);
        return new(won);
    }

    public ValueTask<ImmutableArray<JournalHead>> ReadRunningAsync(CancellationToken cancel) =>
        new([.. Jobs().Select(Read).Where(h => h.Desired?.State == DesiredState.Running)]);

    public ValueTask<ImmutableArray<JobKey>> ListAsync(CancellationToken cancel) => new([.. Jobs()]);

    private JournalHead Read(JobKey job)
    {
        string folder = Folder(job);
        var head = _heads.GetValueOrDefault(job) ?? JournalHead.Empty(job);
        while (true)
        {
            string path = PathOf(folder, head.Version + 1);
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(path);
            }
            catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                break;
            }

            head = head.After(JournalJson.Read(bytes, path));
        }

        _heads[job] = head;
        return head;
    }

    private IEnumerable<JobKey> Jobs()
    {
        if (!Directory.Exists(_jobs)) yield break;
        foreach (string tenant in Directory.GetDirectories(_jobs).Order(StringComparer.Ordinal))
        {
            foreach (string job in Directory.GetDirectories(tenant).Order(StringComparer.Ordinal))
            {
                var key = new JobKey(StateNames.Read(Path.GetFileName(tenant)), StateNames.Read(Path.GetFileName(job)));
                if (File.Exists(PathOf(Folder(key), 1))) yield return key;
            }
        }
    }

    private string Folder(JobKey job) => Path.Combine(_jobs, StateNames.Write(job.Tenant), StateNames.Write(job.Job), "journal");

    private static string PathOf(string folder, long number) => Path.Combine(folder, number.ToString("D10", CultureInfo.InvariantCulture) + ".json");
}
