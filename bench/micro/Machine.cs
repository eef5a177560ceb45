using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansStream.Bench;

/// <summary>Where and what is measured.</summary>
internal static class Machine
{
    /// <summary>Keeps this process, and those that it starts, on one core.</summary>
    public static void PinTo(int core)
    {
        using var self = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) self.ProcessorAffinity = (nint)(1L << core);
        else throw new PlatformNotSupportedException("a core can be chosen on Linux and Windows only");
    }

    public static string Describe()
    {
        string cpu = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim() : "processor";
        return $"{cpu}, one core of {Environment.ProcessorCount}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()}";
    }

    /// <summary>The commit of the working directory when the run began; <c>+</c> when sources differ from it.</summary>
    public static string Commit { get; } = Run("git", "rev-parse --short HEAD").Trim() + (Run("git", "status --porcelain -- src bench").Length > 0 ? "+" : "");

    /// <summary>Runs a program to its end and gives what it wrote; fails when it does.</summary>
    public static string Run(string program, string arguments, string? folder = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder ?? "" };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>()) start.Environment[key] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments}: exit code {process.ExitCode}\n{output}");
    }
}
