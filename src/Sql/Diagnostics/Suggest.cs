namespace OrleansStream.Sql.Diagnostics;

/// <summary>"Did you mean": the closest known name by edit distance.</summary>
public static class Suggest
{
    /// <summary>A help sentence naming the nearest candidate, or null when none is near enough to be meant.</summary>
    public static string? DidYouMean(string name, IEnumerable<string> candidates)
    {
        string? best = Nearest(name, candidates);
        return best is null ? null : $"did you mean '{best}'?";
    }

    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        // A third of the letters may differ, of one or two only the case: more is another word, not a slip.
        int limit = name.Length < 3 ? 1 : Math.Max(1, name.Length / 3) + 1;
        foreach (string candidate in candidates.Where(c => c.Length > 0).Order(StringComparer.Ordinal))
        {
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < limit && candidate != name) { best = candidate; limit = distance; }
        }
        return best;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                int least = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);
                rows[i, j] = least;
            }
        }
        return rows[a.Length, b.Length];
    }
}
