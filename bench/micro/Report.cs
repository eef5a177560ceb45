using System.Globalization;
using System.Text;

namespace OrleansStream.Bench;

/// <summary>Figures as a Markdown table, and the page that keeps them.</summary>
internal static class Report
{
    public static string Table(string what, string command, IReadOnlyCollection<Figure> figures)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{what}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {Machine.Describe()}. Commit: {Machine.Commit}. Repeat: `{command}`.");
        text.AppendLine();
        text.AppendLine("| Input | Contestant | ns/row | M rows/s | processor ns/row | bytes allocated/row |");
        text.AppendLine("|---|---|--:|--:|--:|--:|");
        foreach (var f in figures)
        {
            string allocated = double.IsNaN(f.Allocated) ? "" : f.Allocated.ToString(f.Allocated < 0.01 ? "0" : "0.##", CultureInfo.InvariantCulture);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {f.Input} | {f.Name} | {f.Wall:0.00} | {1e3 / f.Wall:0.0} | {f.Cpu:0.00} | {allocated} |");
        }
        return text.ToString();
    }

    /// <summary>Replaces what stands between the marks of a benchmark in a page (or appends them).</summary>
    public static void Write(string page, string name, string table)
    {
        string begin = $"<!-- begin {name} -->", end = $"<!-- end {name} -->";
        string text = File.ReadAllText(page), section = $"{begin}\n{table}{end}";
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        text = from < 0 ? $"{text.TrimEnd()}\n\n## {name}\n\n{section}\n" : text[..from] + section + text[(to + end.Length)..];
        File.WriteAllText(page, text);
    }
}
