using System.Diagnostics;
using System.Text.Json;
using OrleansStream.Conformance;

// ./conformance [FILE…] [--case ID] [--json OUT] [--failed] [--all]: Flink's own cases against this engine.
// The folder is CONFORMANCE_DIR, else ../shared/conformance beside the checkout.
var files = new List<string>();
string? only = null, json = null;
bool showFailed = false, all = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--case": only = args[++i]; break;
        case "--json": json = args[++i]; break;
        case "--failed": showFailed = true; break;
        case "--all": all = true; break;
        default: files.Add(args[i]); break;
    }
}

string folder = Environment.GetEnvironmentVariable("CONFORMANCE_DIR")
    ?? Path.Combine(Environment.GetEnvironmentVariable("OSTREAM_SHARED") ?? Path.GetFullPath("../shared"), "conformance");
if (!Directory.Exists(folder))
{
    Console.WriteLine($"skipped: no folder {folder} (CONFORMANCE_DIR names another)");
    return 0;
}

var runners = new Dictionary<string, Func<JsonElement, Outcome>>
{
    ["programs"] = ProgramCase.Run,
    ["itcases"] = QueryCase.Run,
    ["functions"] = FunctionCase.Scalar,
    ["function_aggs"] = FunctionCase.Aggregate,
};
if (files.Count == 0) files.AddRange(Directory.GetFiles(folder, "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)).Where(runners.ContainsKey).Order(StringComparer.Ordinal));
using var output = json is null ? null : new StreamWriter(json);
int failures = 0;
foreach (string file in files)
{
    string name = Path.GetFileNameWithoutExtension(file);
    string path = File.Exists(file) ? file : Path.Combine(folder, name + ".jsonl");
    if (!runners.TryGetValue(name, out var run))
    {
        Console.WriteLine($"{name}: no runner for this file");
        continue;
    }

    var counts = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
    var missing = new Dictionary<string, int>(StringComparer.Ordinal);
    var clock = Stopwatch.StartNew();
    foreach (string line in File.ReadLines(path))
    {
        using var document = JsonDocument.Parse(line);
        var c = document.RootElement;
        string id = c.GetProperty("id").GetString()!;
        if (only is not null && id != only) continue;
        string flink = c.TryGetProperty("flink23", out var f) ? f.GetString()! : "ok";
        var outcome = flink == "ok" || all ? run(c) : Outcome.NotApplicable($"Flink 2.3: {flink}");
        string feature = c.TryGetProperty("feature", out var ft) ? ft.GetString()! : c.TryGetProperty("suite", out var su) ? su.GetString()! : "";
        if (!counts.TryGetValue(feature, out int[]? n)) counts.Add(feature, n = new int[3]);
        n[(int)outcome.Verdict]++;
        if (outcome.Verdict == Verdict.NotApplicable) missing[outcome.Why!] = missing.GetValueOrDefault(outcome.Why!) + 1;
        if (only is not null || (showFailed && outcome.Verdict == Verdict.Failed)) Console.WriteLine($"{id}: {outcome.Verdict} {outcome.Why}");
        output?.WriteLine(JsonSerializer.Serialize(new { file = name, id, feature, verdict = outcome.Verdict.ToString(), why = outcome.Why }));
    }

    foreach (var (feature, n) in counts) Console.WriteLine($"  {name,-14} {feature,-32} {n[0],5} passed {n[1],5} failed {n[2],5} not applicable");
    Console.WriteLine($"{name}: {counts.Values.Sum(n => n[0])} passed, {counts.Values.Sum(n => n[1])} failed, {counts.Values.Sum(n => n[2])} not applicable ({clock.Elapsed.TotalSeconds:0} s)");
    foreach (var (why, n) in missing.OrderByDescending(m => m.Value).Take(only is null ? 12 : 0)) Console.WriteLine($"    {n,5} × {why}");
    failures += counts.Values.Sum(n => n[1]);
}

return failures == 0 ? 0 : 1;
