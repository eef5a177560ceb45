using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Makes an epoch visible by one rename of its staging folder to <c>&lt;path&gt;/epoch-&lt;n&gt;</c>; a folder that is there is done. When another job's folder has that
/// name, ours gets <c>epoch-&lt;n&gt;-&lt;job&gt;</c>. Fences are files <c>fence-&lt;generation&gt;</c> in the staging folder.
/// </summary>
/// <param name="partitioned">each partition's folder is renamed, to <c>&lt;path&gt;/&lt;partition&gt;/epoch-&lt;n&gt;</c>; a file <c>done-&lt;staged&gt;</c> says that all are.</param>
public sealed class FileCommitter(string path, string job, string sink, bool partitioned = false) : ICommitter
{
    private const string Owner = ".owner", Fence = "fence-", Done = "done-";
    private readonly string _staging = FileStaging.Folder(path, job, sink);
    private readonly string _owner = $"{job}\n{sink}\n";

    public ValueTask CommitAsync(int generation, long epoch, ImmutableArray<byte[]> committables, CancellationToken cancel)
    {
        Raise(generation);
        foreach (string name in committables.Select(Encoding.UTF8.GetString).Distinct(StringComparer.Ordinal))
        {
            if (partitioned) CommitPartitions(epoch, name);
            else Commit(epoch, Path.Combine(_staging, name), path);
        }

        return default;
    }

    public ValueTask AbortAsync(int generation, ImmutableArray<byte[]> keep, CancellationToken cancel)
    {
        if (!Directory.Exists(_staging)) return default;
        Raise(generation);
        var kept = keep.Select(Encoding.UTF8.GetString).ToHashSet(StringComparer.Ordinal);
        foreach (string folder in Directory.GetDirectories(_staging))
        {
            string name = Path.GetFileName(folder);
            if (Older(name, generation) && !kept.Contains(name)) Directory.Delete(folder, recursive: true);
        }

        string open = Path.Combine(_staging, "open");
        if (Directory.Exists(open)) foreach (string file in Directory.GetFiles(open)) if (Older(Path.GetFileName(file), generation)) File.Delete(file);
        foreach (string fence in Directory.GetFiles(_staging, Fence + "*")) if (FenceOf(fence) < generation) File.Delete(fence);
        return default;
    }

    public ValueTask DisposeAsync() => default;

    private static bool Older(string name, int generation) => FileStaging.GenerationOf(name) is >= 0 and int g && g < generation;

    private static int FenceOf(string file) => int.Parse(Path.GetFileName(file).AsSpan(Fence.Length), NumberStyles.None, CultureInfo.InvariantCulture);

    // Says that this generation was here, and stands down before a newer one. A commit that has passed this point while a newer generation begins does no harm:
    // its epoch is published, so the newer one commits the same folder.
    private void Raise(int generation)
    {
        FileStaging.Create(_staging);
        int newest = Directory.GetFiles(_staging, Fence + "*").Select(FenceOf).DefaultIfEmpty(-1).Max();
        if (newest > generation) throw new FencedException($"'{path}' has seen generation {newest} of job {job}; generation {generation} may not commit");
        if (newest == generation) return;
        using (File.Create(Path.Combine(_staging, Fence + generation.ToString(CultureInfo.InvariantCulture))))
        {
        }

        Disk.Sync(_staging);
    }

    private void CommitPartitions(long epoch, string name)
    {
        string staged = Path.Combine(_staging, name), done = Path.Combine(_staging, Done + name);
        if (File.Exists(done)) return;
        if (!Directory.Exists(staged)) throw new IOException($"epoch {epoch} of job {job}: staged folder '{staged}' is missing");
        foreach (string partition in Directory.GetDirectories(staged, "*", SearchOption.AllDirectories).Where(d => Directory.EnumerateFiles(d).Any()))
        {
            string target = Path.Combine(path, Path.GetRelativePath(staged, partition));
            FileStaging.Create(target);
            Commit(epoch, partition, target);
        }

        foreach (string old in Directory.GetFiles(_staging, Done + "*")) File.Delete(old);
        using (File.Create(done))
        {
        }

        Disk.Sync(_staging);
        Directory.Delete(staged, recursive: true);
    }

    // One rename of a staged folder to epoch-<n> in a target folder.
    private void Commit(long epoch, string staged, string target)
    {
        string plain = Path.Combine(target, "epoch-" + epoch.ToString(CultureInfo.InvariantCulture));
        string own = $"{plain}-{Uri.EscapeDataString(job)}.{Uri.EscapeDataString(sink)}";
        if (Directory.Exists(own) || Ours(plain)) return;
        if (!Directory.Exists(staged)) throw new IOException($"epoch {epoch} of job {job}: staged folder '{staged}' is missing and '{plain}' is not there");
        using (var owner = File.OpenHandle(Path.Combine(staged, Owner), FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(owner, Encoding.UTF8.GetBytes(_owner), 0);
            RandomAccess.FlushToDisk(owner);
        }

        Disk.Sync(staged);
        try
        {
            Directory.Move(staged, Directory.Exists(plain) ? own : plain);
        }
        catch (IOException) when (Ours(plain) || Directory.Exists(own))
        {
            // A committer of another generation was faster.
        }
        catch (IOException) when (Directory.Exists(plain) && Directory.Exists(staged))
        {
            // Another job took the name in between.
            Directory.Move(staged, own);
        }

        Disk.Sync(target);
        Disk.Sync(Path.GetDirectoryName(staged)!);
    }

    private bool Ours(string folder)
    {
        string owner = Path.Combine(folder, Owner);
        return File.Exists(owner) && File.ReadAllText(owner) == _owner;
    }
}
