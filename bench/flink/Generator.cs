using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansStream.Bench.Flink;

/// <summary>A script that only makes the columns that a query's plan reads of its source: what to take off for the generator.</summary>
internal static partial class Generator
{
    /// <returns>null when the plan reads no generator.</returns>
    public static string? Script(string ostream, Query query, string queries, string sql, long events)
    {
        if (!query.Nested && query.File[0] != 'm') return null;
        string plan = Explain(ostream, sql);
        var text = new StringBuilder();
        int n = 0;
        foreach (Match source in SourceLine().Matches(plan))
        {
            string[] read = source.Groups["read"].Value.Split(", ");
            // Nested types as far as they are read: the first operator on the source repeats them.
            string types = Regex.Match(plan[source.Index..], @"<- in " + source.Groups["in"].Value + @"\b[^\n]*\n\s+out \((?<columns>[^\n]*)\)\n").Groups["columns"].Value;
            string columns = string.Join(", ", read.Select(c => query.Nested ? $"`{c}` {TypeIn(types, c)}" : $"`{c}` {FlatType(c)}"));
            text.Append(query.Fill(
                $$"""
                 CREATE TABLE source{{n}} ({{columns}}) WITH ('connector' = 'nexmark', 'events' = '${EVENTS}', 'rate' = '${RATE}', 'seed' = '${SEED}', 'base' = '${BASE}',
                     'skip-bids' = '${SKIP}', 'shape' = '{{(query.Nested ? "events" : "bids")}}', 'keys' = '${KEYS}');
                 CREATE TABLE nothing{{n}} ({{columns}}) WITH ('connector' = 'blackhole');

                 """, events, ""));
            n++;
        }

        if (n == 0) return null;
        text.Append(n > 1 ? "BEGIN STATEMENT SET;\n" : "");
        for (int i = 0; i < n; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"INSERT INTO nothing{i} SELECT * FROM source{i};\n");
        return text.Append(n > 1 ? "END;\n" : "").ToString();
    }

    private static string FlatType(string column) => column switch { "dateTime" => "TIMESTAMP(3)", "channel" or "url" or "extra" => "STRING", _ => "BIGINT" };

    // From "a INT, b ROW<x BIGINT, y STRING>, …": the type of a column, with quoted names.
    private static string TypeIn(string columns, string name)
    {
        int at = Regex.Match(columns, $@"(^|, ){name} ").Index;
        at = columns.IndexOf(name + " ", at, StringComparison.Ordinal) + name.Length + 1;
        int depth = 0, end = at;
        for (; end < columns.Length && (depth > 0 || columns[end] != ','); end++) depth += columns[end] switch { '<' or '(' => 1, '>' or ')' => -1, _ => 0 };
        return Regex.Replace(columns[at..end].Replace(" NOT NULL", "", StringComparison.Ordinal), @"(?<=[<,] ?)(\w+)(?= )", "`$1`");
    }

    private static string Explain(string ostream, string sql)
    {
        var start = new ProcessStartInfo(ostream, "explain -") { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{ostream} did not start");
        process.StandardInput.Write(sql);
        process.StandardInput.Close();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }

    [GeneratedRegex(@"in (?<in>\d+): source \w+\(nexmark[^\n]*?read=\[(?<read>[^\]]*)\]")]
    private static partial Regex SourceLine();
}
