using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Files;

/// <summary>Paths of tables, canonical: absolute, without <c>.</c> and <c>..</c>.</summary>
internal static class FilePath
{
    private static readonly char[] Wild = ['*', '?'];

    public static string Resolve(TableRef table, IServices services) => Resolve(table.Options["path"], services);

    public static string Resolve(string option, IServices services)
    {
        string path = services.Resolve(option);

        // Not through Uri, for which the '?' of a pattern begins a query.
        if (path.StartsWith("file://", StringComparison.OrdinalIgnoreCase)) path = Uri.UnescapeDataString(path[Math.Max(path.IndexOf('/', "file://".Length), 0)..]);
        else if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) path = path["file:".Length..];
        string full = Path.GetFullPath(path, services.BaseDirectory);
        return full.Length > 1 ? Path.TrimEndingDirectorySeparator(full) : full;
    }

    public static bool IsPattern(string path) => path.IndexOfAny(Wild) >= 0;

    /// <summary>The folder that the names of splits are relative to.</summary>
    public static string RootOf(string path)
    {
        if (IsPattern(path)) return Path.GetDirectoryName(path[..path.IndexOfAny(Wild)]) ?? "/";
        return Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "/";
    }
}
