namespace OrleansStream.Architecture.Tests;

/// <summary>The checkout that these tests were built from; paths are relative to its root, with '/'.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Files below a folder by pattern, without build output.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var top = Path.Combine(Root, folder);
        if (!Directory.Exists(top)) return [];
        return Directory.EnumerateFiles(top, pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OrleansStream.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("OrleansStream.sln is not above " + AppContext.BaseDirectory);
    }
}
