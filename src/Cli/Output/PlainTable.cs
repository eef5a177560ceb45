namespace OrleansStream.Cli.Output;

/// <summary>A table as aligned text, for files, pipes and standard error: a header, a rule, a line a row.</summary>
internal static class PlainTable
{
    /// <param name="right">per column, whether it is aligned to the right.</param>
    public static void Write(TextWriter to, IReadOnlyList<string> header, IReadOnlyList<bool> right, IReadOnlyCollection<string[]> rows)
    {
        int[] widths = [.. header.Select((h, c) => rows.Select(r => r[c].Length).Append(h.Length).Max())];
        Line(to, widths, right, header);
        to.WriteLine(string.Join("-+-", widths.Select(w => new string('-', w))));
        foreach (string[] row in rows) Line(to, widths, right, row);
    }

    private static void Line(TextWriter to, int[] widths, IReadOnlyList<bool> right, IReadOnlyList<string> values) =>
        to.WriteLine(string.Join(" | ", values.Select((v, c) => right[c] ? v.PadLeft(widths[c]) : v.PadRight(widths[c]))).TrimEnd());
}
