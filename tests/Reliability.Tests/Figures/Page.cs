using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace OrleansStream.Reliability.Tests.Figures;

/// <summary>docs/RELIABILITY.md, and what is said beside each figure. Sections lie between marks <c>begin name</c> and <c>end name</c>.</summary>
internal static class Page
{
    private static readonly string File = Path.Combine(Ostream.Root, "docs", "RELIABILITY.md");

    /// <summary>How often something is measured; <c>OSTREAM_REPETITIONS</c> overrules.</summary>
    public static int Repetitions(int usual) => Environment.GetEnvironmentVariable("OSTREAM_REPETITIONS") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : usual;

    public static void Write(string section, string text)
    {
        string begin = $"<!-- begin {section} -->", end = $"<!-- end {section} -->";
        string page = System.IO.File.ReadAllText(File);
        int from = page.IndexOf(begin, StringComparison.Ordinal), to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new InvalidOperationException($"{File} has no section {section}");
        System.IO.File.WriteAllText(File, $"{page[..from]}{begin}\n{text.TrimEnd()}\n\n{Origin()}\n{page[to..]}");
    }

    /// <summary>Commit, machine, how busy it was, and when.</summary>
    private static string Origin()
    {
        string cpu = System.IO.File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        string load = System.IO.File.ReadAllText("/proc/loadavg").Split(' ')[1];
        return $"Commit {Git("rev-parse --short HEAD")}, {cpu}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}; load average over the last five minutes {load}.";
    }

    /// <summary>The q-quantile of some values; the greatest of a few is their 99 %.</summary>
    public static double Quantile(IEnumerable<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(q * sorted.Length) - 1)];
    }

    /// <summary>Two decimals.</summary>
    public static string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = Ostream.Root })!;
        string text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text;
    }
}
