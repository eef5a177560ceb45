using System.Text.Json;
using OrleansStream.Reliability.Tests.Jobs;

namespace OrleansStream.Reliability.Tests;

/// <summary>What is the matter with a sink's output.</summary>
/// <param name="Lost">expected rows that are not there.</param>
/// <param name="Duplicated">rows that are there more often than expected.</param>
/// <param name="Wrong">rows that nobody expected; in a changelog also retractions of what is not there.</param>
/// <param name="Examples">a few of them.</param>
internal sealed record Verdict(int Lost, int Duplicated, int Wrong, string Examples)
{
    public bool Right => Lost + Duplicated + Wrong == 0;

    public override string ToString() => Right ? "right" : $"{Lost} lost, {Duplicated} duplicated, {Wrong} wrong: {Examples}";

    /// <param name="epochs">the lines of each visible epoch, in order, file by file.</param>
    public static Verdict Of(CheckedJob job, Size size, IEnumerable<string> epochs)
    {
        var balance = new Dictionary<string, int>(StringComparer.Ordinal);
        var unfounded = new List<string>();
        foreach (string line in epochs)
        {
            var (row, change) = job.Changelog ? Change(line) : (line, 1);
            int held = balance.GetValueOrDefault(row);
            if (held + change < 0) unfounded.Add(line);
            balance[row] = held + change;
        }

        var expected = job.Expected(size).ToLookup(l => l);
        var lost = expected.Where(e => balance.GetValueOrDefault(e.Key) < e.Count()).Select(e => e.Key).ToList();
        var twice = expected.Where(e => balance.GetValueOrDefault(e.Key) > e.Count()).Select(e => e.Key).ToList();
        var wrong = balance.Where(b => b.Value != 0 && !expected.Contains(b.Key)).Select(b => b.Key).Concat(unfounded).ToList();
        var examples = lost.Take(3).Select(l => $"lost {l}").Concat(twice.Take(3).Select(l => $"twice {l}")).Concat(wrong.Take(3).Select(l => $"wrong {l}"));
        return new Verdict(lost.Count, twice.Count, wrong.Count, string.Join(" ", examples));
    }

    private static (string Row, int Change) Change(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return (json.GetProperty("data").GetRawText(), json.GetProperty("op").GetString()![0] == '+' ? 1 : -1);
    }
}
