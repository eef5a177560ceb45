namespace OrleansStream.Bench.Flink;

/// <summary>A query text of the reference folder with the inputs on which both engines run it.</summary>
/// <param name="Label">how the table names it.</param>
/// <param name="File">of <c>queries/</c>, without extension.</param>
/// <param name="Events">Flink's input: some seconds of it.</param>
/// <param name="Times">our input in multiples of that; 1 where state grows with the input, so that both hold the same.</param>
/// <param name="Flags">Flink's best settings for this query (docs of the reference folder); null = Flink does not end within minutes.</param>
internal sealed record Query(string Label, string File, long Events, int Times, string? Flags)
{
    private const string MiniBatch = "--minibatch";
    private const string NoSplit = "--minibatch --set table.optimizer.distinct-agg.split.enabled=false";
    private const int Stateless = 8;

    /// <summary>Events per second of event time.</summary>
    public int Rate { get; init; } = 100_000;

    public int Keys { get; init; }

    public bool SkipBids { get; init; }

    /// <summary>Whether it reads nested events, for which Flink's generator costs 62 ns.</summary>
    public bool Nested => File[0] == 'q';

    public static readonly Query[] All =
    [
        new("q0", "q0", 8_000_000, Stateless, MiniBatch),
        new("q1", "q1", 7_000_000, Stateless, MiniBatch),
        new("q2", "q2", 7_000_000, Stateless, MiniBatch),
        new("q3", "q3", 6_000_000, 1, MiniBatch),
        new("q4", "q4", 1_000_000, 1, MiniBatch),
        new("q5", "q5", 4_000_000, 4, MiniBatch),
        new("q7", "q7", 4_000_000, 1, MiniBatch),
        new("q8", "q8", 6_000_000, 4, MiniBatch),
        new("q9", "q9", 1_000_000, 1, MiniBatch),
        new("q11", "q11", 4_000_000, 4, MiniBatch),
        new("q12", "q12", 4_000_000, 4, MiniBatch),
        new("q14", "q14", 8_000_000, Stateless, MiniBatch),
        new("q15", "q15", 2_500_000, 1, ""),
        new("q16", "q16", 1_000_000, 1, NoSplit),
        new("q17", "q17", 3_700_000, 1, MiniBatch),
        new("q18", "q18", 2_200_000, 1, MiniBatch),
        new("q19", "q19", 2_500_000, 1, MiniBatch),
        new("q20", "q20", 1_400_000, 1, MiniBatch),
        new("q21", "q21", 2_400_000, Stateless, MiniBatch),
        new("q22", "q22", 5_400_000, Stateless, MiniBatch),
        .. Flat("m-tumble", [(0, 10_000_000), (10_000, 10_000_000), (100_000, 8_000_000), (1_000_000, 4_000_000)]),
        .. Flat("m-hop", [(0, 5_000_000), (10_000, 8_000_000), (100_000, 3_000_000), (1_000_000, 4_000_000)]),
        new("q8 --skip-bids", "q8", 4_000_000, 4, MiniBatch) { SkipBids = true, Rate = 1_250_000 },
        new("m-pass", "m-pass", 48_000_000, 1, "") { Rate = 200_000 },
        new("m-project", "m-project", 24_000_000, 1, "") { Rate = 200_000 },
        new("m-filter", "m-filter", 48_000_000, 1, "") { Rate = 200_000 },
        new("j-tumble", "j-tumble", 3_000_000, 1, ""),
    ];

    private static IEnumerable<Query> Flat(string file, (int Keys, long Events)[] inputs) => inputs.Select(i => new Query(
        $"{file}, {(i.Keys == 0 ? "Nexmark's keys" : $"{i.Keys:N0} keys")}", file, i.Events, 4, file == "m-hop" && i.Keys == 1_000_000 ? null : "")
    { Keys = i.Keys, Rate = 200_000 });

    /// <summary>The script for our side, over <paramref name="events"/> rows.</summary>
    public string Script(string folder, long events, string json)
    {
        string ddl = System.IO.File.ReadAllText(Path.Combine(folder, "ddl.sql")), text = System.IO.File.ReadAllText(Path.Combine(folder, File + ".sql"));
        // The function of q14 that Flink takes from a JAR is one of ours.
        text = System.Text.RegularExpressions.Regex.Replace(text, @"CREATE TEMPORARY SYSTEM FUNCTION count_char[^;]*;", "")
            .Replace("count_char(extra, 'c')", "CAST(CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', '')) AS BIGINT)", StringComparison.Ordinal);
        return Fill((File[0] == 'j' ? "" : ddl) + text, events, json);
    }

    /// <summary>Puts values into a text of the reference folder.</summary>
    public string Fill(string text, long events, string json)
    {
        var values = new Dictionary<string, string>
        {
            ["EVENTS"] = $"{events}",
            ["RATE"] = $"{Rate}",
            ["SEED"] = "42",
            ["BASE"] = "1600000000000",
            ["AHEAD"] = "false",
            ["POLL"] = "64",
            ["SKIP"] = SkipBids ? "true" : "false",
            ["KEYS"] = $"{Keys}",
            ["JSON"] = json,
        };
        return System.Text.RegularExpressions.Regex.Replace(text, @"\$\{(\w+)\}", m => values.TryGetValue(m.Groups[1].Value, out string? v) ? v : m.Value);
    }
}
