using System.Collections.Immutable;
using System.IO.Enumeration;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>One split a file, in order of names; found once. Hidden files (a name that starts with <c>.</c> or <c>_</c>) and staging folders are left out.</summary>
public sealed class FileSplits(string path) : ISplitEnumerator
{
    public bool Finished { get; private set; }

    /// <exception cref="FileNotFoundException">the path names nothing.</exception>
    public ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel)
    {
        if (Finished) return new(ImmutableArray<Split>.Empty);
        string root = FilePath.RootOf(path);
        var files = Find(root).Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal).ToArray();
        Finished = true;
        return new([.. files.Select(f => new Split(f, f))]);
    }

    public byte[] Snapshot() => [(byte)(Finished ? 1 : 0)];

    public void Restore(ReadOnlySpan<byte> snapshot) => Finished = snapshot is [1, ..];

    public ValueTask DisposeAsync() => default;

    private IEnumerable<string> Find(string root)
    {
        if (File.Exists(path)) return [path];
        if (Directory.Exists(path)) return Visible(root);
        if (!FilePath.IsPattern(path) || !Directory.Exists(root)) throw new FileNotFoundException($"'{path}' does not exist", path);

        // A pattern is compared part by part: '*' does not cross a folder.
        string[] parts = path.Split('/');
        return Visible(root).Where(f => Matches(parts, f.Split('/')));
    }

    private static IEnumerable<string> Visible(string root)
    {
        foreach (string file in Directory.EnumerateFiles(root)) if (!Hidden(file)) yield return file;
        foreach (string folder in Directory.EnumerateDirectories(root))
        {
            if (Hidden(folder)) continue;
            foreach (string file in Visible(folder)) yield return file;
        }
    }

    private static bool Hidden(string path) => Path.GetFileName(path)[0] is '.' or '_';

    private static bool Matches(string[] pattern, string[] path) =>
        pattern.Length == path.Length && pattern.Zip(path).All(p => p.First == p.Second || FileSystemName.MatchesSimpleExpression(p.First, p.Second, ignoreCase: false));
}
