namespace OrleansStream.Architecture.Tests;

/// <summary>A measured thing with its lines; <see cref="Kind"/> is file, method, grain or median.</summary>
internal sealed record Size(string Kind, string Name, int Lines);

/// <summary>The limits on lines, and the exceptions of budgets.txt: <c>kind name limit reason…</c>, one a line.</summary>
internal sealed class Budget
{
    private static readonly Dictionary<string, int> Limits = new() { ["file"] = 500, ["grain"] = 300, ["method"] = 80, ["median"] = 80 };
    private readonly Dictionary<(string, string), int> exceptions = [];

    public Budget(IEnumerable<string> lines)
    {
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            var words = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4 || !Limits.ContainsKey(words[0])) throw new FormatException($"budgets.txt: 'kind name limit reason' expected: {line}");
            exceptions.Add((words[0], words[1]), int.Parse(words[2], null));
        }
    }

    /// <summary>What is over its limit, and the exceptions that nothing needs (any more).</summary>
    public IEnumerable<string> Judge(IReadOnlyCollection<Size> sizes)
    {
        foreach (var size in sizes)
        {
            var limit = exceptions.GetValueOrDefault((size.Kind, size.Name), Limits[size.Kind]);
            if (size.Lines > limit) yield return $"{size.Kind} {size.Name}: {size.Lines} lines, allowed are {limit}";
        }
        foreach (var (kind, name) in exceptions.Keys)
            if (!sizes.Any(s => s.Kind == kind && s.Name == name && s.Lines > Limits[kind])) yield return $"budgets.txt: {kind} {name} needs no exception";
    }
}
