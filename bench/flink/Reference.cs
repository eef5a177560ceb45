using System.Diagnostics;
using System.Globalization;

namespace OrleansStream.Bench.Flink;

/// <summary>The reference folder (<c>OSTREAM_SHARED</c>, else <c>../shared</c>): Flink itself, the queries' texts, and its result tables.</summary>
internal sealed class Reference
{
    public Reference()
    {
        string shared = Environment.GetEnvironmentVariable("OSTREAM_SHARED") ?? Path.Combine("..", "shared");
        Folder = Path.GetFullPath(Path.Combine(shared, "bench", "flink"));
        if (!Directory.Exists(Folder)) throw new DirectoryNotFoundException($"{Folder} is not there: set OSTREAM_SHARED");
    }

    public string Folder { get; }

    public string Queries => Path.Combine(Folder, "queries");

    /// <summary>A file of 3 M bids as lines of JSON, made by Flink's side on first use.</summary>
    public string Json(long rows)
    {
        string file = Path.Combine(Path.GetTempPath(), $"ostream-bids-{rows}.json");
        if (!File.Exists(file)) Run($"json - {rows} --to {file}", 0);
        return file;
    }

    /// <summary>Thousands of events a second of Flink on one core: by the clock and per processor second.</summary>
    public (double Wall, double Cpu) Measure(Query q, int core, int reps, string json)
    {
        string input = q.Nested || q.File[0] == 'm' ? $" --rate {q.Rate}" : $" --json {json}";
        string shape = (q.Keys > 0 ? $" --keys {q.Keys}" : "") + (q.SkipBids ? " --skip-bids" : "");
        string line = Run($"{q.File} {q.Events} {q.Flags}{input}{shape} --reps {reps}", core).Trim().Split('\n')[^1];
        var values = line.Split('\t').Select(w => w.Split('=', 2)).Where(w => w.Length == 2).ToDictionary(w => w[0], w => w[1]);
        return (Number(values["Kps"]), Number(values["Kps_cpu"]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private string Run(string arguments, int core)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, "run"), arguments) { RedirectStandardOutput = true };
        start.Environment["CORE"] = $"{core}";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("Flink did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new RefusedException($"Flink: exit code {process.ExitCode}");
    }
}
