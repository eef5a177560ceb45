using Xunit;

namespace OrleansStream.TestKit;

/// <summary>Expected texts under tests/Golden. With <c>UPDATE_GOLDEN=1</c> they are rewritten instead of compared.</summary>
public static class Golden
{
    /// <summary>The folder tests/Golden of the checkout that the test was built from.</summary>
    public static string Root { get; } = Find();

    public static bool Update => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>Names, without folder, of the golden files in <paramref name="folder"/>.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    /// <summary>Fails, showing the first line that differs, unless the file holds exactly <paramref name="actual"/>.</summary>
    public static void Match(string file, string actual)
    {
        string path = Path.Combine(Root, file);
        actual = actual.ReplaceLineEndings("\n");
        if (Update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path) || File.ReadAllText(path) != actual) File.WriteAllText(path, actual);
            return;
        }
        string expected = File.Exists(path) ? Read(file) : "";
        if (expected == actual) return;
        string[] want = expected.Split('\n'), have = actual.Split('\n');
        int line = 0;
        while (line < want.Length && line < have.Length && want[line] == have[line]) line++;
        Assert.Fail($"{file}:{line + 1} differs (UPDATE_GOLDEN=1 rewrites it)\nexpected: {want.ElementAtOrDefault(line) ?? "(end)"}\nactual:   {have.ElementAtOrDefault(line) ?? "(end)"}\n\nwhole text:\n{actual}");
    }

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "tests", "Golden");
            if (Directory.Exists(candidate)) return candidate;
        }
        throw new DirectoryNotFoundException("tests/Golden not found above " + AppContext.BaseDirectory);
    }
}
