using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Reliability.Tests.Figures;

/// <summary>JSON lines from files to JSON lines in files, exactly once with an epoch a second, beside Flink on the same core.</summary>
public sealed partial class JsonPassFigure(ITestOutputHelper output)
{
    private const int Rows = 3_000_000;
    private const int Copies = 4;
    private static readonly int Repetitions = Page.Repetitions(3);

    private const string Columns = "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR";

    private static readonly string Script =
        $"""
        CREATE TABLE bids ({Columns}, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) WITH ('connector' = 'filesystem', 'path' = '$path', 'format' = 'json');
        CREATE TABLE j ({Columns}) WITH ('connector' = 'filesystem', 'path' = '$out', 'format' = 'json');
        SET 'execution.checkpointing.interval' = '1 s';
        INSERT INTO j SELECT auction, bidder, price, channel, url, `dateTime`, extra FROM bids;
        """;

    [Fact(Explicit = true)]
    public async Task Measure()
    {
        string flink = Shared.Require("bench/flink/run");
        using var folder = new Folder();
        string bids = folder.File("bids.json");
        await RunAsync("bash", folder.Path, flink, "json", "-", $"{Rows}", "--to", bids);
        File.WriteAllLines(folder.File("few.json"), File.ReadLines(bids).Take(1000));
        Directory.CreateDirectory(folder.File("in"));
        for (int i = 0; i < Copies; i++) File.CreateSymbolicLink(folder.File($"in/{i}.json"), bids);

        // Whole processes of a thousand rows: what starting costs, taken off from both.
        double start = await SecondsAsync(folder, folder.File("few.json"), 0);
        var ours = new List<double>();
        for (int i = 1; i <= Repetitions; i++)
        {
            ours.Add((long)Rows * Copies / (await SecondsAsync(folder, folder.File("in"), i) - start) / 1000);
            output.WriteLine($"OrleansStream {ours[^1]:F0} K rows/s");
        }

        double few = Number(Seconds().Match(await RunAsync("bash", folder.Path, flink, "j-pass-file", "1000", "--json", folder.File("few.json"), "--checkpoint", "1000")));
        string said = await RunAsync("bash", folder.Path, flink, "j-pass-file", $"{Rows}", "--json", bids, "--checkpoint", "1000");
        double theirs = Rows / (Number(Seconds().Match(said)) - few) / 1000;
        output.WriteLine($"Flink: {said}");
        double median = Page.Quantile(ours, 0.5);
        Page.Write("json-pass", string.Create(CultureInfo.InvariantCulture,
            $"""
            {Rows / 1_000_000} M Nexmark bids as JSON lines in a file (for OrleansStream {Copies} times over), seven columns in and out, exactly once, an epoch a second, everything of a process on one core; the time of a file of 1,000 lines is taken off. Median of {Repetitions} runs.

            | | K rows/s | |
            |---|--:|--:|
            | OrleansStream, `ostream run` | {median:F0} | {median / theirs:F1} × |
            | Flink 2.3.0, `j-pass-file --checkpoint 1000` | {theirs:F0} | |
            """));
    }

    // The last core, as Flink's script takes it.
    private static async Task<double> SecondsAsync(Folder folder, string input, int repetition)
    {
        string script = folder.Write($"pass-{repetition}.sql", Script.Replace("$path", input, StringComparison.Ordinal).Replace("$out", folder.File($"out-{repetition}"), StringComparison.Ordinal));
        long from = Stopwatch.GetTimestamp();
        await RunAsync("taskset", folder.Path, "-c", $"{Environment.ProcessorCount - 1}", Path.Combine(AppContext.BaseDirectory, "ostream"), "run", script, "--set", "parallelism.default=1");
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        if (repetition > 0)
        {
            long rows = Directory.EnumerateDirectories(folder.File($"out-{repetition}"), "epoch-*").SelectMany(e => Directory.EnumerateFiles(e, "part-*")).Sum(LinesOf);
            Assert.Equal((long)Rows * Copies, rows);
        }

        Directory.Delete(folder.File($"out-{repetition}"), recursive: true);
        return seconds;
    }

    private static long LinesOf(string file)
    {
        using var stream = File.OpenRead(file);
        byte[] buffer = new byte[1 << 20];
        long lines = 0;
        for (int n; (n = stream.Read(buffer)) > 0;) lines += buffer.AsSpan(0, n).Count((byte)'\n');
        return lines;
    }

    private static double Number(Match m) => m.Success ? double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : throw new FormatException("Flink gave no seconds");

    private static async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
        var error = process.StandardError.ReadToEndAsync();
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{await error}\n{text}");
        return text;
    }

    [GeneratedRegex(@"seconds=([0-9.]+)")]
    private static partial Regex Seconds();
}
