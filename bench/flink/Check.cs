using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansStream.Bench.Flink;

/// <summary>
/// Each Nexmark query over 20,000 events, its INSERT made a SELECT, for several shard counts and batch sizes: the rows after the last change, sorted by their bytes, must
/// be those of <c>expected/</c>.
/// </summary>
internal static partial class Check
{
    private const long Events = 20_000;
    private static readonly int[] Shards = [1, 3];
    private static readonly int[] BatchSizes = [1, 7, 2048];

    public static int Run(Reference reference, string ostream, List<string> names)
    {
        int wrong = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(reference.Folder, "expected"), "*.csv.gz").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file).Split("-20000")[0];
            if (names.Count > 0 && !names.Contains(name)) continue;
            string[] expected = Expected(file);
            var query = new Query(name, name, Events, 1, "") { Rate = 1000 };
            string sql = Insert().Replace(query.Script(reference.Queries, Events, ""), "");
            var said = Differences(ostream, sql, expected);
            wrong += said.Count;
            Console.WriteLine($"{name}: {(said.Count == 0 ? $"{expected.Length} rows, right" : "WRONG")}");
            foreach (string line in said) Console.WriteLine(line);
        }

        return wrong == 0 ? 0 : 1;
    }

    private static List<string> Differences(string ostream, string sql, string[] expected)
    {
        var said = new List<string>();
        foreach (int shards in Shards)
        {
            foreach (int batch in BatchSizes)
            {
                var (rows, why) = Rows(ostream, sql, shards, batch);
                if (why is null && !rows.SequenceEqual(expected)) why = Difference(expected, rows);
                if (why is not null) said.Add($"  {shards} shards, batches of {batch}: {why}");
                // What does not plan does not plan for other sizes either.
                if (why is not null && rows.Length == 0) return said;
            }
        }

        return said;
    }

    private static string[] Expected(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().TrimEnd('\n').Split('\n')[1..].Order(StringComparer.Ordinal)];
    }

    private static (string[] Rows, string? Why) Rows(string ostream, string sql, int shards, int batch)
    {
        var start = new ProcessStartInfo(ostream, $"run - --output jsonl --set parallelism.default={shards} --set batch-size={batch}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{ostream} did not start");
        process.StandardInput.Write(sql);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var count = new Dictionary<string, int>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            using var change = JsonDocument.Parse(line);
            string row = string.Join(',', change.RootElement.GetProperty("row").EnumerateObject().Select(p => Text(p.Value)));
            bool added = change.RootElement.GetProperty("op").GetString() is "+I" or "+U";
            count[row] = count.GetValueOrDefault(row) + (added ? 1 : -1);
        }

        process.WaitForExit();
        if (process.ExitCode != 0) return ([], $"exit code {process.ExitCode}: {errors.Result.Split('\n')[0]}");
        if (count.Where(c => c.Value < 0).Select(c => c.Key).FirstOrDefault() is { } missing) return ([missing], $"taken away more often than given: {missing}");
        return ([.. count.SelectMany(c => Enumerable.Repeat(c.Key, c.Value)).Order(StringComparer.Ordinal)], null);
    }

    // As the tables are written: NULL as \N, timestamps with three digits.
    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "\\N",
        JsonValueKind.String => Instant().Match(value.GetString()!) is { Success: true } m ? $"{m.Groups[1]}.{m.Groups[3].Value.PadRight(3, '0')}" : value.GetString()!,
        _ => value.GetRawText(),
    };

    private static string Difference(string[] expected, string[] rows)
    {
        var missing = expected.Except(rows).ToArray();
        var extra = rows.Except(expected).ToArray();
        return $"{rows.Length} rows for {expected.Length}; missing {missing.Length}{First(missing)}; not expected {extra.Length}{First(extra)}";
    }

    private static string First(string[] rows) => rows.Length == 0 ? "" : $" ({(rows[0].Length > 160 ? rows[0][..160] + "…" : rows[0])})";

    [GeneratedRegex(@"INSERT\s+INTO\s+\w+\s", RegexOptions.IgnoreCase)]
    private static partial Regex Insert();

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.(\d{1,3}))?$")]
    private static partial Regex Instant();
}
