using System.Diagnostics;

namespace OrleansStream.Bench;

/// <summary>Medians of five repetitions, each of whole passes that together take at least 0.4 s, after a warm-up of at least 1 s.</summary>
internal static class Measure
{
    private const int Repetitions = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Repetition = TimeSpan.FromSeconds(0.4);

    public static List<Figure> Run(Group group)
    {
        var checks = group.Contestants.Select(Warm).ToArray();
        var samples = group.Contestants.Select(_ => new List<Sample>()).ToArray();
        for (int r = 0; r < Repetitions; r++)
            for (int c = 0; c < samples.Length; c++)
                samples[c].Add(Once(group.Contestants[c], group.Rows));
        return
        [
            .. group.Contestants.Select((c, i) => new Figure(
                group.Input, c.Name, Median(samples[i], s => s.Wall), Median(samples[i], s => s.Cpu), Median(samples[i], s => s.Allocated), checks[i])),
        ];
    }

    /// <summary>Runs tiered compilation to its end, and gives the check of the result.</summary>
    private static string? Warm(Contestant contestant)
    {
        // By the processor's time: on a shared machine a second of the clock may be a few hundredths of work.
        var start = Environment.CpuUsage.TotalTime;
        string? check = contestant.Pass();
        do
        {
            string? again = contestant.Pass();
            if (again != check) throw new InvalidOperationException($"{contestant.Name} gave {check}, then {again}");
        }
        while (Environment.CpuUsage.TotalTime - start < WarmUp);
        return check;
    }

    private static Sample Once(Contestant contestant, long rows)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        int passes = 0;
        do
        {
            contestant.Pass();
            passes++;
        }
        while (Stopwatch.GetElapsedTime(start) < Repetition);
        double all = (double)rows * passes;
        var wall = Stopwatch.GetElapsedTime(start);
        var used = Environment.CpuUsage.TotalTime - cpu;
        return new Sample(wall.TotalNanoseconds / all, used.TotalNanoseconds / all, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / all);
    }

    private static double Median(List<Sample> samples, Func<Sample, double> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);

    private readonly record struct Sample(double Wall, double Cpu, double Allocated);
}
