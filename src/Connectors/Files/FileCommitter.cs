using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Makes an epoch visible by one rename of its staging folder to <c>&lt;path&gt;/epoch-&lt;n&gt;</c>; a folder that is there is done. When another job's folder has that
/// name, ours gets <c>epoch-&lt;n&gt;-&lt;job&gt;</c>. Fences are files <c>fence-&lt;generation&gt;</c> in the staging folder.
/// </summary>
public sealed class FileCommitter(string path, string job, string sink) : ICommitter
{
    private const string Owner = ".owner", Fence = "fence-";
    private readonly string _staging = FileStaging.Folder(path, job, sink);
    private readonly string _owner = $"{job}\n{sink}\n";

    public ValueTask CommitAsync(int generation, long epoch, ImmutableArray<byte[]> committables, CancellationToken cancel)
    {
        Raise(generation);
        foreach (string name in committables.Select(Encoding.UTF8.GetString).Distinct(StringComparer.Ordinal)) Commit(epoch, name);
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

    private void Commit(long epoch, string name)
    {
        string staged = Path.Combine(_staging, name);
        string plain = Path.Combine(path, "epoch-" + epoch.ToString(CultureInfo.InvariantCulture));
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

        Disk.Sync(path);
        Disk.Sync(_staging);
    }

    private bool Ours(string folder)
    {
        string owner = Path.Combine(folder, Owner);
        return File.Exists(owner) && File.ReadAllText(owner) == _owner;
    }
}
