using System.Globalization;
using System.Text.Json;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>
/// The cases of functions.jsonl that real Flink confirmed, through SQL. A case is not applicable when the front end refuses it for a feature that is missing
/// (a function, a type, a form of syntax); a wrong value, or a failure where a value is expected, is a failure.
/// </summary>
public class FunctionConformance(ITestOutputHelper output)
{
    /// <summary>Cases that differ, each for a reason that stays.</summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["CastFunctionITCase#0235"] = "Flink refuses the cast of an interval written with two fields, though not of one with one",
        ["CastFunctionITCase#0546"] = "a text of too many digits is NULL here as everywhere (DecimalTypeTest#0036); this cast fails in Flink",
        ["CastFunctionITCase#0271"] = "as #0235",
        ["ScalarFunctionsTest#0465"] = "the scale of TRUNCATE by a column varies by row in Flink; a column here has one scale",
        ["MapFunctionITCase#0029"] = "entries stay in the order in which they came, not in that of a Java hash map",
        ["SqlExpressionTest#0058"] = "the last digit of SIN differs between the mathematical libraries",
    };

    /// <summary>Every case passes, is not applicable, or is known to differ.</summary>
    [Fact]
    public void Cases_confirmed_by_Flink()
    {
        string file = Shared.Require("conformance/functions.jsonl");
        var counts = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        var failures = new List<string>();
        var missing = new Dictionary<string, int>();
        foreach (string line in File.ReadLines(file))
        {
            using var document = JsonDocument.Parse(line);
            var c = document.RootElement;
            if (c.GetProperty("flink23").GetString() != "ok") continue;
            string function = NameOf(c);
            if (!counts.TryGetValue(function, out int[]? n)) counts[function] = n = new int[3];
            string? verdict = Verdict(c, out string why);
            n[verdict switch { null => 0, "" => 2, _ => 1 }]++;
            string id = c.GetProperty("id").GetString()!;
            if (verdict is { Length: > 0 } && !Known.ContainsKey(id)) failures.Add($"{id} {verdict}");
            if (verdict is null && Known.ContainsKey(id)) failures.Add($"{id} passes: it need not be listed as known");
            if (verdict is "") missing[why] = missing.GetValueOrDefault(why) + 1;
        }

        foreach (var (name, n) in counts) output.WriteLine($"{name}: {n[0]} passed, {n[1]} failed, {n[2]} not applicable");
        foreach (var (why, n) in missing.OrderByDescending(m => m.Value).Take(60)) output.WriteLine($"not applicable {n}: {why}");
        foreach (string f in failures) output.WriteLine(f);
        output.WriteLine($"{counts.Values.Sum(n => n[0])} passed, {counts.Values.Sum(n => n[1])} failed, {counts.Values.Sum(n => n[2])} not applicable");
        string? report = Environment.GetEnvironmentVariable("CONFORMANCE_REPORT");
        if (report is not null)
        {
            File.WriteAllLines(report, [.. failures, .. missing.OrderByDescending(m => m.Value).Select(m => $"NA {m.Value}: {m.Key}"), $"{counts.Values.Sum(n => n[0])} passed, {counts.Values.Sum(n => n[1])} failed, {counts.Values.Sum(n => n[2])} not applicable"]);
        }

        Assert.True(failures.Count == 0, $"{failures.Count} cases fail:\n{string.Join('\n', failures.Take(40))}");
    }

    // null = passed, "" = not applicable, else what differs.
    private static string? Verdict(JsonElement c, out string why)
    {
        why = "";
        string sql = c.GetProperty("sql").GetString()!;
        string zone = c.TryGetProperty("config", out var config) && config.TryGetProperty("table.local-time-zone", out var z) ? z.GetString()! : "UTC";
        var with = c.TryGetProperty("with", out var w) ? w.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString())).ToList() : [];
        if (with.Any(p => p.Value is null && sql.Contains(p.Key, StringComparison.Ordinal)))
        {
            why = "a column without a literal";
            return "";
        }

        var used = with.Where(p => p.Value is not null && sql.Contains(p.Key, StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Key, p.Value!));
        var actual = SqlExpression.Evaluate(sql, used, zone);
        bool wantsError = c.GetProperty("kind").GetString() == "error";
        if (wantsError) return actual.Error is not null ? null : $"{sql}: fails in Flink, here '{actual.Text}'";
        if (actual.Error is not null && !actual.Planned)
        {
            why = actual.Error.Split('\n').FirstOrDefault(l => l.Contains('^', StringComparison.Ordinal))?.Trim(' ', '^') ?? actual.Error;
            return "";
        }

        string? expected = c.GetProperty("expected").GetString();
        string shown = $"{sql} [{string.Join(", ", used.Select(u => $"{u.Key} = {u.Value}"))}]: expected '{expected ?? "NULL"}'";
        if (actual.Error is not null) return $"{shown}, got error {actual.Error}";
        if (actual.Text == expected) return null;
        if (expected is null || actual.Text is null) return $"{shown}, got '{actual.Text ?? "NULL"}'";
        if (c.TryGetProperty("flink23_text", out var other) && other.GetString() == actual.Text) return null;
        bool approximate = c.TryGetProperty("approx", out var a) && a.GetBoolean();
        if (approximate && Close(expected, actual.Text)) return null;
        return $"{shown}, got '{actual.Text}'";
    }

    private static bool Close(string x, string y) =>
        double.TryParse(x, CultureInfo.InvariantCulture, out double a) && double.TryParse(y, CultureInfo.InvariantCulture, out double b) && Math.Abs(a - b) <= 1e-12 * Math.Max(Math.Abs(a), 1e-300);

    private static string NameOf(JsonElement c)
    {
        if (c.TryGetProperty("function", out var f) && f.GetString() is { } name) return name;
        string sql = c.GetProperty("sql").GetString()!;
        int end = 0;
        while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_')) end++;
        return end > 0 && end < sql.Length && sql[end] == '(' ? sql[..end].ToUpperInvariant() : "operators";
    }
}
