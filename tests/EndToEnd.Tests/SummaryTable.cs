using System.Globalization;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>The table of stages that a run prints on standard error.</summary>
internal sealed record SummaryTable(IReadOnlyList<Dictionary<string, string>> Stages, string Last)
{
    public static SummaryTable Read(string error)
    {
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int header = Array.FindIndex(lines, l => l.StartsWith("stage", StringComparison.Ordinal));
        if (header < 0) throw new FormatException($"no summary in: {error}");
        string[] names = Cells(lines[header]);
        var stages = lines.Skip(header + 2).TakeWhile(l => l.Contains(" | ", StringComparison.Ordinal)).Select(l => names.Zip(Cells(l)).ToDictionary(p => p.First, p => p.Second));
        return new SummaryTable([.. stages], lines[header + 2 + stages.Count()]);
    }

    public long Sum(string column) => Stages.Sum(s => long.Parse(s[column], CultureInfo.InvariantCulture));

    private static string[] Cells(string line) => [.. line.Split(" | ").Select(c => c.Trim())];
}
