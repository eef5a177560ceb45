using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Reliability.Tests.Figures;

/// <summary>From the death of one of two processes to the first new result in the exactly-once sink of a job over both.</summary>
public sealed partial class RecoveryFigure(PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly int Repetitions = Page.Repetitions(8);

    // 20,000 keys; every epoch has results, since each change of a count is one.
    private const string Script =
        """
        CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10000', 'scan.parallelism' = '2', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '1000000000');
        CREATE TABLE f (k BIGINT, c BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'changelog-json');
        INSERT INTO f SELECT k, COUNT(*) FROM (SELECT n % 20000 AS k FROM t) GROUP BY k;
        """;

    /// <summary>Seconds from the fault: until the next generation began, until its shards ran, until its first epoch was visible.</summary>
    private sealed record Recovery(double Detected, double Restored, double Visible);

    [Fact(Explicit = true)]
    public async Task Measure()
    {
        using var folder = new Folder();
        await using var silos = await Silos.StartAsync(folder, 2, server.Require, $"recovery_{Environment.ProcessId}");
        var lines = new List<string>
        {
            "A job over two processes (10,000 rows a second, 20,000 keys, two shards a stage, epochs every second) loses one of them. *Detection*: until the next generation is in the journal; *restore*: until its shards run; *replay*: until its first epoch is visible in the file sink, final.",
            "",
            $"| Fault ({Repetitions} times each) | detection p50, max | restore p50, max | replay p50, max | **all p50**, max |",
            "|---|--:|--:|--:|--:|",
        };
        foreach (var (name, run, pause) in new[] { ("SIGKILL of the one without the job's run", 1, false), ("SIGKILL of the one with the job's run", 0, false), ("SIGSTOP of the one without the run", 1, true), ("SIGSTOP of the one with the run", 0, true) })
        {
            var all = new List<Recovery>();
            for (int i = 0; i < Repetitions; i++)
            {
                all.Add(await OnceAsync(silos, folder.File($"out-{run}-{pause}-{i}"), run, pause));
                output.WriteLine($"{name}: {all[^1]}");
            }

            lines.Add($"| {name} | {Of(all, r => r.Detected)} | {Of(all, r => r.Restored - r.Detected)} | {Of(all, r => r.Visible - r.Restored)} | {Of(all, r => r.Visible, bold: true)} |");
        }

        Page.Write("recovery", string.Join('\n', lines));
    }

    private static string Of(List<Recovery> all, Func<Recovery, double> value, bool bold = false)
    {
        string median = Page.Text(Page.Quantile(all.Select(value), 0.5));
        return $"{(bold ? $"**{median}**" : median)}, {Page.Text(all.Max(value))} s";
    }

    // Submitted through process 0, where its run then lives.
    private static async Task<Recovery> OnceAsync(Silos silos, string path, int victim, bool pause)
    {
        string id = await silos.SubmitAsync(0, "recovery", Script, new() { ["out"] = path, ["parallelism.default"] = "2" });
        var other = silos.Server(1 - victim);
        var before = await other.JobAsync(id, j => j.GetProperty("epoch").GetInt64() >= 3 && SilosOf(j) == 2);
        int generation = before.GetProperty("generation").GetInt32();
        var watch = new EpochWatch(path);
        var at = DateTime.UtcNow;
        if (pause) silos.Server(victim).Process.Pause();
        else await silos.KillAsync(victim);

        // What older generations published may still be committed: the first new result is an epoch that the new one began.
        var (begun, running) = await PhasesAsync(other.Process, id, generation + 1);
        watch.Look();
        int held = watch.Count;
        long patience = Stopwatch.GetTimestamp();
        while (watch.Count == held)
        {
            if (Stopwatch.GetElapsedTime(patience) > Ostream.Patience) Assert.Fail("no result after the fault");
            await Task.Delay(2);
            watch.Look();
        }

        var seen = watch.Latest;
        if (pause) await silos.KillAsync(victim);
        await silos.StartAsync(victim);
        (await other.Http.DeleteAsync($"/api/v1/jobs/{id}?mode=cancel")).EnsureSuccessStatusCode();
        return new Recovery((begun - at).TotalSeconds, (running - at).TotalSeconds, (seen - at).TotalSeconds);
    }

    private static int SilosOf(JsonElement job) =>
        job.GetProperty("stages").EnumerateArray().SelectMany(s => s.GetProperty("shards").EnumerateArray()).Select(s => s.GetProperty("silo").GetString()).Distinct().Count();

    /// <summary>When the survivor says that it began the generation, and that all shards run.</summary>
    private static async Task<(DateTime Begun, DateTime Running)> PhasesAsync(Ostream process, string id, int generation)
    {
        DateTime? begun = null;
        for (long from = Stopwatch.GetTimestamp(); ;)
        {
            foreach (Match m in Phase().Matches(process.Out))
            {
                if (m.Groups["job"].Value != id || int.Parse(m.Groups["generation"].Value, CultureInfo.InvariantCulture) < generation) continue;
                var at = DateTime.ParseExact(m.Groups["at"].Value, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
                if (m.Groups["phase"].Value == "Preparing") begun ??= at;
                if (m.Groups["phase"].Value == "Running" && begun is { } b) return (b, at);
            }

            if (Stopwatch.GetElapsedTime(from) > Ostream.Patience) Assert.Fail($"generation {generation} of {id} did not run\n{process.Out}");
            await Task.Delay(2);
        }
    }

    [GeneratedRegex(@"^(?<at>\S+ \S+) info: OrleansStream\.Grains\.Runs\.RunGrain\[\d+\] default/(?<job>[^/]+)/(?<generation>\d+): (?<phase>\w+) \(", RegexOptions.Multiline)]
    private static partial Regex Phase();
}
