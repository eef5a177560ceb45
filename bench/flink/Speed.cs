using System.Globalization;
using System.Text;

namespace OrleansStream.Bench.Flink;

/// <summary>
/// Both engines on one core, one after the other, query by query. The first fifth of the input is not counted, as in Flink's harness: the time of a job over a fifth of
/// the events is taken off, and with it what a job costs to start and to end.
/// </summary>
internal static class Speed
{
    /// <summary>What Flink's source takes to read all fields of an event (the reference folder's README), in microseconds.</summary>
    private const double FlinkGenerator = 0.062;

    private sealed record Line(Query Query, (double Wall, double Cpu)? Flink, (double Wall, double Cpu)? Ours, double? Generator, string? Why);

    public static int Run(Reference reference, string ostream, IEnumerable<Query> queries, int core, int reps, bool write)
    {
        var lines = new List<Line>();
        var generators = new Dictionary<string, double>();
        foreach (var q in queries)
        {
            string json = q.File[0] == 'j' ? reference.Json(q.Events) : "";
            Line line;
            using (var service = new Service(ostream, core)) line = Ours(service, reference, ostream, q, reps, json, generators);
            if (q.Flags is not null) line = line with { Flink = reference.Measure(q, core, reps, json) };
            lines.Add(line);
            Console.WriteLine(Row(line));
        }

        string table = Table(lines, reps);
        Console.WriteLine();
        Console.WriteLine(table);
        if (write) Write("docs/PERFORMANCE.md", table);
        return 0;
    }

    private static Line Ours(Service service, Reference reference, string ostream, Query q, int reps, string json, Dictionary<string, double> generators)
    {
        long events = Math.Min(60_000_000, q.Events * q.Times);
        try
        {
            var ours = Measure(service, n => q.Script(reference.Queries, n, json), events, reps, q.File[0] == 'j');
            double? generator = null;
            if (Generator.Script(ostream, q, reference.Queries, q.Script(reference.Queries, events, json), 1) is { } key)
            {
                if (!generators.TryGetValue(key, out double known))
                {
                    string Only(long n) => Generator.Script(ostream, q, reference.Queries, q.Script(reference.Queries, events, json), n)!;
                    known = generators[key] = Measure(service, Only, Math.Max(events, 10_000_000), 1, false).Cpu;
                }

                generator = known;
            }

            return new Line(q, null, ours, generator, null);
        }
        catch (RefusedException e)
        {
            return new Line(q, null, null, null, e.Message);
        }
    }

    // Thousands of events a second. A file has no fifth: the whole job counts, as on the other side.
    private static (double Wall, double Cpu) Measure(Service service, Func<long, string> script, long events, int reps, bool whole)
    {
        service.Run(script(events));
        var samples = new List<JobTime>();
        double spent = 0;
        // Short jobs are repeated: start and end of a job vary by tens of milliseconds.
        while (samples.Count < reps || (spent < 2 && samples.Count < 9))
        {
            var all = service.Run(script(events));
            var fifth = whole ? default : service.Run(script(events / 5));
            samples.Add(new JobTime(all.Wall - fifth.Wall, all.Cpu - fifth.Cpu));
            spent += all.Wall;
        }

        double counted = whole ? events : events - (events / 5);
        return (counted / Median(samples, s => s.Wall) / 1000, counted / Median(samples, s => s.Cpu) / 1000);
    }

    private static double Median(List<JobTime> samples, Func<JobTime, double> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);

    private static string Table(List<Line> lines, int reps)
    {
        var text = new StringBuilder(
            $"""
             Thousands of events a second on one core. Flink 2.3 at its best settings per query; ours: `ostream serve`, warm, sink blackhole, checkpoint at the end only.
             *CPU*: per processor second of the whole process; the ratio is of these, so that a busy machine disturbs it least. *Generator apart*: ratio after taking off
             what the source costs, ours measured over the columns that the plan reads, Flink's 62 ns. Repetitions: {reps}. {DateTime.UtcNow:yyyy-MM-dd}.
             Repeat: `dotnet run -c Release --project bench/flink -- speed --write`.

             | Query | Events ours, Flink's | Flink | Flink CPU | ours | ours CPU | × Flink | × generator apart |
             |---|--:|--:|--:|--:|--:|--:|--:|

             """);
        foreach (var line in lines) text.Append(Row(line)).Append('\n');
        var nexmark = lines.Where(l => l.Query.Nested && !l.Query.SkipBids && Ratio(l) is not null).Select(l => Ratio(l)!.Value).ToArray();
        if (nexmark.Length > 1)
            text.Append(CultureInfo.InvariantCulture, $"\nNexmark queries that run: {nexmark.Length}; geometric mean {Math.Exp(nexmark.Average(Math.Log)):F1} ×, least {nexmark.Min():F1} ×.\n");
        return text.ToString();
    }

    private static double? Ratio(Line line) => line.Ours?.Cpu / line.Flink?.Cpu;

    private static double? Apart(Line line)
    {
        if (line.Generator is not { } generator || line.Ours is not { } ours || line.Flink is not { } flink || !line.Query.Nested) return null;
        double mine = (1 / ours.Cpu) - (1 / generator), theirs = (1 / flink.Cpu) - (FlinkGenerator / 1000);
        // Below a twentieth of the generator's own time the difference is noise.
        return mine < 0.05 / generator ? null : theirs / mine;
    }

    private static string Row(Line line)
    {
        static string Number(double? n, string format) => n?.ToString(format, CultureInfo.InvariantCulture) ?? "";
        string events = $"{Math.Min(60_000_000, line.Query.Events * line.Query.Times) / 1e6:0.#} M, {line.Query.Events / 1e6:0.#} M";
        if (line.Why is { } why) return $"| {line.Query.Label} | {events} | {Number(line.Flink?.Wall, "N0")} | {Number(line.Flink?.Cpu, "N0")} | does not run: {why.ReplaceLineEndings(" ")} | | | |";
        return $"| {line.Query.Label} | {events} | {Number(line.Flink?.Wall, "N0")} | {Number(line.Flink?.Cpu, "N0")} | {Number(line.Ours?.Wall, "N0")} | {Number(line.Ours?.Cpu, "N0")} "
            + $"| {Number(Ratio(line), "F1")} | {Number(Apart(line), "F1")} |";
    }

    private static void Write(string file, string table)
    {
        const string Begin = "<!-- begin flink -->\n", End = "<!-- end flink -->";
        string text = File.ReadAllText(file);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
        if (end < begin || begin < Begin.Length) throw new InvalidDataException($"{file} has no place for the table");
        File.WriteAllText(file, text[..begin] + table + text[end..]);
    }
}
