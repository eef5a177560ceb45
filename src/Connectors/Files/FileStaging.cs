using System.Globalization;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Where a sink's rows wait for their checkpoint: <c>&lt;path&gt;/.staging/&lt;job&gt;.&lt;sink&gt;/&lt;generation&gt;-&lt;epoch&gt;/</c>, one file a shard.
/// Names are hidden from sources, and on the same volume as the target, so that a commit is one rename.
/// </summary>
internal static class FileStaging
{
    public static string Folder(string path, string job, string sink) => Path.Combine(path, ".staging", $"{Uri.EscapeDataString(job)}.{Uri.EscapeDataString(sink)}");

    public static string EpochFolder(string staging, int generation, long epoch) =>
        Path.Combine(staging, string.Create(CultureInfo.InvariantCulture, $"{generation}-{epoch}"));

    /// <summary>The generation in a name that starts with it and <c>-</c>; −1 = another kind of name.</summary>
    public static int GenerationOf(string name)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int g) ? g : -1;
    }

    /// <summary>Makes a folder and those above it; their names are durable when it returns.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        string parent = Path.GetDirectoryName(folder)!;
        Create(parent);
        Directory.CreateDirectory(folder);
        Disk.Sync(parent);
    }
}
