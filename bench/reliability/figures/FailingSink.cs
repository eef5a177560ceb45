using System.Globalization;
using System.Text.Json;
using OrleansStream.Reliability.Tests.Figures;
using OrleansStream.TestKit.Processes;

namespace OrleansStream.Figures;

/// <summary>
/// A job whose target is gone for a while, as when a disk is not mounted, beside four others in one process: it waits and then goes on, loses and repeats nothing, begins
/// no new generation; the others keep their rate, and the process its memory.
/// </summary>
internal static class FailingSink
{
    private const int Rate = 20_000;
    private const int Others = 4;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private const string Copy =
        """
        CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${rate}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${end}');
        CREATE TABLE f (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT n FROM t;
        """;

    private const string Count =
        """
        CREATE TABLE t (n BIGINT, ts AS TIMESTAMP '2026-01-01 00:00:00' + n / 1000 * INTERVAL '1' SECOND, WATERMARK FOR ts AS ts)
        WITH ('connector' = 'datagen', 'rows-per-second' = '${rate}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '1000000000000');
        CREATE TABLE f (m TIMESTAMP(3), k BIGINT, c BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');
        INSERT INTO f SELECT window_start, n % 1000, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, n % 1000;
        """;

    public static async Task RunAsync(TimeSpan failing)
    {
        using var folder = new Folder();
        string disk = folder.File("disk"), mounted = folder.File("mounted");
        Directory.CreateDirectory(disk);
        Directory.CreateSymbolicLink(mounted, disk);
        await using var server = await Server.StartAsync(folder);
        string[] others = await Task.WhenAll(Enumerable.Range(0, Others).Select(i => server.SubmitAsync("other", Count, Settings(folder.File($"other-{i}"), 0))));
        long end = (long)((Before * 3).TotalSeconds * Rate);
        string job = await server.SubmitAsync("failing", Copy, Settings(mounted, end));
        await server.JobAsync(job, j => j.GetProperty("rowsOut").GetInt64() > Rate);

        var healthy = await MeasureAsync(server, others, Before);
        string away = folder.File("away");
        Directory.Move(disk, away);
        var gone = await MeasureAsync(server, others, failing);
        var stuck = await server.JobAsync(job);
        Directory.Move(away, disk);
        var last = await server.JobAsync(job, j => j.GetProperty("ended").GetBoolean());
        Report(failing, healthy, gone, stuck, last, Lines(disk), end);
    }

    private static Dictionary<string, string> Settings(string path, long end) => new()
    {
        ["out"] = path,
        ["end"] = end.ToString(CultureInfo.InvariantCulture),
        ["rate"] = Rate.ToString(CultureInfo.InvariantCulture),
        ["execution.checkpointing.timeout"] = "10 s",
    };

    private sealed record Measured(double[] Rates, long FirstMemory, long MostMemory);

    private static async Task<Measured> MeasureAsync(Server server, string[] jobs, TimeSpan time)
    {
        long at = TimeProvider.System.GetTimestamp();
        long[] begin = await RowsAsync(server, jobs);
        long first = Memory(server), most = first;
        while (TimeProvider.System.GetElapsedTime(at) < time)
        {
            await Task.Delay(Poll);
            most = Math.Max(most, Memory(server));
        }

        long[] end = await RowsAsync(server, jobs);
        double seconds = TimeProvider.System.GetElapsedTime(at).TotalSeconds;
        return new Measured([.. end.Zip(begin, (e, b) => (e - b) / seconds)], first, most);
    }

    private static async Task<long[]> RowsAsync(Server server, string[] jobs) =>
        await Task.WhenAll(jobs.Select(async j => (await server.JobAsync(j)).GetProperty("rowsIn").GetInt64()));

    // Resident, in bytes.
    private static long Memory(Server server) => long.Parse(
        File.ReadLines($"/proc/{server.Process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;

    private static Dictionary<long, int> Lines(string path)
    {
        var seen = new Dictionary<long, int>();
        foreach (string line in Directory.EnumerateDirectories(path, "epoch-*").SelectMany(e => Directory.EnumerateFiles(e, "part-*")).SelectMany(File.ReadLines))
        {
            long n = JsonDocument.Parse(line).RootElement.GetProperty("n").GetInt64();
            seen[n] = seen.GetValueOrDefault(n) + 1;
        }

        return seen;
    }

    private static void Report(TimeSpan failing, Measured healthy, Measured gone, JsonElement stuck, JsonElement last, Dictionary<long, int> written, long end)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string[] lines =
        [
            $"A target that is gone for {failing.TotalSeconds:0} s: the job was '{stuck.GetProperty("state").GetString()}', then '{last.GetProperty("state").GetString()}' in generation {last.GetProperty("generation").GetInt32()}; of {end + 1} rows {end + 1 - written.Count} are lost, {written.Values.Count(c => c > 1)} twice. Memory of the process: {healthy.MostMemory >> 20} MiB at most before, {gone.MostMemory >> 20} MiB at most meanwhile.",
            "",
            "| Job beside it | Rows/s before | Rows/s meanwhile | Kept |",
            "|---|---:|---:|---:|",
            .. healthy.Rates.Select((rate, i) => $"| {i + 1} | {rate:0} | {gone.Rates[i]:0} | {100 * gone.Rates[i] / rate:0.0} % |"),
        ];
        Page.Write("failing-sink", string.Join('\n', lines));
        Console.WriteLine(string.Join('\n', lines));
    }
}
