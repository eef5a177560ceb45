using OrleansStream.Columns;

namespace OrleansStream.Conformance;

/// <summary>Comparing what a sink got with what a case expects.</summary>
internal static class Rows
{
    /// <summary>The table after the last change: by primary key when the sink has one, else as a multiset of rows.</summary>
    public static List<OutputRow> Materialize(IEnumerable<OutputRow> changes)
    {
        var byKey = new Dictionary<string, OutputRow>(StringComparer.Ordinal);
        var rows = new List<OutputRow>();
        foreach (var change in changes)
        {
            if (change.HasKey)
            {
                if (change.Kind.IsAdd()) byKey[change.Key] = change;
                else if (change.Kind == RowKind.Delete) byKey.Remove(change.Key);
            }
            else if (change.Kind.IsAdd()) rows.Add(change);
            else
            {
                int at = rows.FindLastIndex(r => r.Text == change.Text);
                if (at >= 0) rows.RemoveAt(at);
                else rows.Add(change);
            }
        }

        return [.. byKey.Values, .. rows];
    }

    /// <summary>Null when both hold the same rows in any order; else the difference as text.</summary>
    public static string? Difference(string sink, IEnumerable<string> expected, IEnumerable<string> got)
    {
        var e = expected.Order(StringComparer.Ordinal).ToList();
        var g = got.Order(StringComparer.Ordinal).ToList();
        if (e.SequenceEqual(g)) return null;
        var missing = new List<string>(e);
        var extra = new List<string>();
        foreach (string row in g) if (!missing.Remove(row)) extra.Add(row);
        return $"{sink}: missing {Show(missing)}; unexpected {Show(extra)} ({e.Count} expected, {g.Count} got)";
    }

    private static string Show(List<string> rows) => rows.Count == 0 ? "none" : string.Join(" ", rows.Take(6)) + (rows.Count > 6 ? $" … ({rows.Count})" : "");
}
