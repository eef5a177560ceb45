using Xunit;

namespace OrleansStream.TestKit;

/// <summary>The folder of reference data beside the checkout; tests that need it skip where it is absent.</summary>
public static class Shared
{
    /// <summary>Path of a file or folder in it. Skips the calling test, with a message, if it is not there.</summary>
    public static string Require(string path)
    {
        string? found = Find(path);
        Assert.SkipWhen(found is null, $"{path} not found: set OSTREAM_SHARED to the folder of reference data");
        return found!;
    }

    private static string? Find(string path)
    {
        string? root = Environment.GetEnvironmentVariable("OSTREAM_SHARED");
        if (root is not null) return Exists(Path.Combine(root, path));
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Exists(Path.Combine(at.FullName, "shared", path)) is { } found) return found;
        }
        return null;
    }

    private static string? Exists(string path) => File.Exists(path) || Directory.Exists(path) ? path : null;
}
