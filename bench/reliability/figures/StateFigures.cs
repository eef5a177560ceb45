using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansStream.Reliability.Tests.Figures;

namespace OrleansStream.Figures;

/// <summary>
/// Keyed state on two processes. A job first puts every key into its state, then changes a share of them again and again, as fast as it can: the share is what an
/// epoch of a second changes. Each share is measured without epochs and with one a second. Keys that are changed came one after the other (<i>near</i>), or are
/// spread over all pages (<i>spread</i>), where every epoch has every page to store.
/// </summary>
internal static partial class StateFigures
{
    private const string Script =
        """
        CREATE TABLE n (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000', 'scan.parallelism' = '2', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '1000000000000');
        CREATE TABLE s (k BIGINT, c BIGINT, a BIGINT, b BIGINT, d BIGINT, e BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO s SELECT k, COUNT(*), SUM(n), MIN(n), MAX(n), SUM(k) FROM (SELECT CASE WHEN n < ${keys} THEN n ELSE MOD(n, ${hot}) * ${stride} END AS k, n FROM n) GROUP BY k;
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private sealed record Figure(string Share, string Epochs, double RowsPerSecond, long StateBytes, IReadOnlyList<Checkpoint> Checkpoints);

    private sealed record Checkpoint(long Epoch, double DurationMs, double PauseMs, long Bytes);

    public static async Task RunAsync(int mib, TimeSpan measured)
    {
        await using var pair = await Pair.StartAsync();
        long keys = ((long)mib << 20) / await BytesPerKeyAsync(pair);
        Console.Error.WriteLine($"{keys} keys");
        var figures = new List<Figure>();
        string restore = "";
        foreach (var (share, percent, stride) in ((string, int, int)[])[("1 %, near", 1, 1), ("1 %, spread", 1, 100), ("20 %, near", 20, 1)])
        {
            foreach (string interval in (string[])["0 s", "1 s"])
            {
                string job = await SubmitAsync(pair, keys, keys * percent / 100, stride, interval);
                figures.Add(await MeasureAsync(pair, job, keys, share, interval, measured));
                Print(figures[^1], figures.Count > 1 ? figures[^2] : figures[^1]);
                if (figures.Count == 2) restore = await RestoreAsync(pair, job);
                await pair.CancelAsync(job);
            }
        }

        string[] lines =
        [
            "| Keys changed per epoch | Rows/s without epochs | Rows/s with one a second | Lost | Checkpoints | Duration p50 / p99 | Pause p50 / p99 |",
            "|---|---:|---:|---:|---:|---:|---:|",
            .. figures.Chunk(2).Select(f => Row(f[0], f[1])),
            "",
            restore,
        ];
        Page.Write("state", string.Join('\n', lines));
        Console.WriteLine(string.Join('\n', lines));
    }

    private static string Row(Figure without, Figure with) => string.Create(CultureInfo.InvariantCulture,
        $"| {with.Share} of {with.StateBytes / 1048576.0:0} MiB | {without.RowsPerSecond / 1e6:0.00} M | {with.RowsPerSecond / 1e6:0.00} M | {100 * (1 - (with.RowsPerSecond / without.RowsPerSecond)):0.0} % | {with.Checkpoints.Count} | {P(with, c => c.DurationMs, 0.5)} / {P(with, c => c.DurationMs, 0.99)} ms | {P(with, c => c.PauseMs, 0.5)} / {P(with, c => c.PauseMs, 0.99)} ms |");

    private static string P(Figure f, Func<Checkpoint, double> of, double p) => Percentile.Text(Percentile.Of(f.Checkpoints.Select(of), p));

    private static void Print(Figure f, Figure before) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{f.Share}, interval {f.Epochs}: {f.RowsPerSecond / 1e6:0.00} M rows/s ({100 * (1 - (f.RowsPerSecond / before.RowsPerSecond)):0.0} % lost), state {f.StateBytes >> 20} MiB, {f.Checkpoints.Count} checkpoints, pause p50 {P(f, c => c.PauseMs, 0.5)} p99 {P(f, c => c.PauseMs, 0.99)} ms, duration p50 {P(f, c => c.DurationMs, 0.5)} ms"));

    private static Task<string> SubmitAsync(Pair pair, long keys, long hot, int stride, string interval) => pair.First.SubmitAsync("state", Script, new()
    {
        ["keys"] = keys.ToString(CultureInfo.InvariantCulture),
        ["hot"] = hot.ToString(CultureInfo.InvariantCulture),
        ["stride"] = stride.ToString(CultureInfo.InvariantCulture),
        ["parallelism.default"] = "2",
        ["execution.checkpointing.interval"] = interval,
    });

    // A small state first: how large a record is depends on the machine's version of it, not on this file.
    private static async Task<long> BytesPerKeyAsync(Pair pair)
    {
        const long keys = 2_000_000;
        string job = await SubmitAsync(pair, keys, keys / 100, 1, "0 s");
        var loaded = await pair.First.JobAsync(job, j => j.GetProperty("rowsIn").GetInt64() > keys * 5 / 4);
        await pair.CancelAsync(job);
        return Pair.Sum(loaded, "stateBytes") / keys;
    }

    private static async Task<Figure> MeasureAsync(Pair pair, string job, long keys, string share, string interval, TimeSpan measured)
    {
        // Full parts of the loading are behind when some epochs have passed.
        var begin = await pair.First.JobAsync(job, j => j.GetProperty("rowsIn").GetInt64() > keys * 5 / 4);
        if (interval != "0 s") begin = await pair.First.JobAsync(job, j => j.GetProperty("epoch").GetInt64() >= begin.GetProperty("epoch").GetInt64() + 3);
        long rows = begin.GetProperty("rowsIn").GetInt64(), first = begin.GetProperty("epoch").GetInt64();
        long at = TimeProvider.System.GetTimestamp();
        var seen = new SortedDictionary<long, Checkpoint>();
        JsonElement now = begin;
        while (TimeProvider.System.GetElapsedTime(at) < measured)
        {
            await Task.Delay(Poll);
            now = await pair.First.JobAsync(job);
            foreach (var c in now.GetProperty("checkpoints").EnumerateArray())
                if (c.GetProperty("epoch").GetInt64() is var epoch && epoch > first && c.GetProperty("error").ValueKind == JsonValueKind.Null)
                    seen[epoch] = new Checkpoint(epoch, c.GetProperty("durationMs").GetDouble(), c.GetProperty("pauseMs").GetDouble(), c.GetProperty("bytes").GetInt64());
        }

        double seconds = TimeProvider.System.GetElapsedTime(at).TotalSeconds;
        return new Figure(share, interval, (now.GetProperty("rowsIn").GetInt64() - rows) / seconds, Pair.Sum(now, "stateBytes"), [.. seen.Values]);
    }

    // Both processes die; when they are back, the job begins by itself.
    private static async Task<string> RestoreAsync(Pair pair, string job)
    {
        long killed = TimeProvider.System.GetTimestamp();
        await pair.KillAsync();
        var start = await pair.BothAsync();
        var back = await pair.First.JobAsync(job, j => j.GetProperty("generation").GetInt32() >= 2 && j.GetProperty("rowsIn").GetInt64() > 0);
        var whole = TimeProvider.System.GetElapsedTime(killed);
        var phases = Phase().Matches(pair.Log).Where(m => m.Groups["job"].Value.EndsWith($"{job}/{back.GetProperty("generation").GetInt32()}", StringComparison.Ordinal))
            .ToDictionary(m => m.Groups["phase"].Value, m => DateTime.Parse(m.Groups["at"].Value, CultureInfo.InvariantCulture));
        string load = phases.TryGetValue("Starting", out var from) && phases.TryGetValue("Recommitting", out var to) ? Percentile.Text((to - from).TotalSeconds, "0.00") : "–";
        return string.Create(CultureInfo.InvariantCulture,
            $"Restore of {Pair.Sum(back, "stateBytes") >> 20} MiB after SIGKILL of both processes: state loaded in {load} s; first row after {whole.TotalSeconds:0.0} s, of which {start.TotalSeconds:0.0} s until both processes listened.");
    }

    [GeneratedRegex(@"^(?<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) .*?(?<job>[\w-]+/[\w-]+/\d+): (?<phase>\w+) \(", RegexOptions.Multiline)]
    private static partial Regex Phase();
}
