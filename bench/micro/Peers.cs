using System.Globalization;

namespace OrleansStream.Bench;

/// <summary>
/// Programs beside the checkout (<c>OSTREAM_SHARED</c>, else <c>../shared</c>) that do the same work: a hand-written loop and DuckDB. They are built in a temporary
/// folder and run on the same core. Their lines: engine, test, input, then <c>key=value</c>, separated by tabs.
/// </summary>
internal static class Peers
{
    private static readonly Dictionary<string, string?> Built = [];

    /// <summary>Single-threaded figures of <paramref name="tests"/> (names as the program prints them) on an input.</summary>
    public static IEnumerable<Figure> Run(string program, string letters, string input, long rows, params string[] tests)
    {
        if (Find(program) is not { } binary) yield break;
        var settings = new Dictionary<string, string>
        {
            ["N"] = rows.ToString(CultureInfo.InvariantCulture),
            // Take the first five repetitions, quiet or not: ours do not wait for a quiet machine either.
            ["MAXWAIT"] = "0",
            ["FOREIGN_PCT"] = "1000",
            ["REPS"] = "5",
        };
        foreach (string line in Machine.Run("dotnet", $"{binary} {letters} {input}", null, settings).Split('\n'))
        {
            var cells = line.Split('\t');
            if (cells.Length < 5 || !tests.Contains(cells[1])) continue;
            var values = cells[3..].Select(c => c.Split('=', 2)).Where(c => c.Length == 2).ToDictionary(c => c[0], c => c[1]);
            if (values["threads"] != "1") continue;
            yield return new Figure(input, $"{cells[0]} {cells[1]}", 1e3 / Number(values["Mrows/s"]), 1e3 / Number(values["Mrows/cpu_s"]), double.NaN, Check(values["chk"]));
        }
    }

    // rows:sum, without what only one of them adds.
    private static string Check(string text) => string.Join(':', text.Split(':').Take(2));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string? Find(string program)
    {
        if (Built.TryGetValue(program, out string? known)) return known;
        string shared = Environment.GetEnvironmentVariable("OSTREAM_SHARED") ?? Path.Combine("..", "shared");
        string source = Path.Combine(shared, "bench");
        if (!Directory.Exists(Path.Combine(source, program)))
        {
            Console.Error.WriteLine($"skipped: {program} is not in {Path.GetFullPath(source)} (set OSTREAM_SHARED)");
            return Built[program] = null;
        }
        string folder = Path.Combine(Path.GetTempPath(), "ostream-peers");
        foreach (string part in new[] { "Common", program })
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(source, part)))
            {
                // The folder may be read-only, and a copy takes over the mode of its source.
                string copy = Path.Combine(folder, part, Path.GetFileName(file));
                File.WriteAllBytes(copy, File.ReadAllBytes(file));
            }
        }
        Machine.Run("dotnet", $"build -c Release -v q --nologo -o {Path.Combine(folder, "bin", program)}", Path.Combine(folder, program));
        return Built[program] = Path.Combine(folder, "bin", program, program + ".dll");
    }
}
