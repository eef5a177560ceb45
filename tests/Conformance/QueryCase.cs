using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansStream.Conformance;

/// <summary>Cases of itcases.jsonl: a query over collections, rows as comma-joined text.</summary>
internal static partial class QueryCase
{
    public static Outcome Run(JsonElement c)
    {
        if (c.TryGetProperty("input_columns", out _)) return Outcome.NotApplicable("metadata columns of the test source");
        ValuesTables.Clear();
        foreach (var t in c.GetProperty("inputs").EnumerateObject())
        {
            JsonElement[] rows = [.. t.Value.EnumerateArray()];
            if (rows.Any(r => r.ValueKind == JsonValueKind.Object || r.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Object && v.TryGetProperty("ts", out _))))
                return Outcome.NotApplicable("explicit timestamps and watermarks of the test source");
            ValuesTables.Inputs[t.Name] = rows;
        }

        var sql = new StringBuilder();
        CaseRun.Settings(sql, c, ("emit", "each"), ("parallelism.default", "1"));
        if (c.TryGetProperty("sources", out var sources))
        {
            foreach (var s in sources.EnumerateArray())
            {
                if (s.TryGetProperty("time", out var time) && time.ValueKind == JsonValueKind.Object) return Outcome.NotApplicable("watermark assigner in Java");
                sql.Append(s.GetProperty("ddl").GetString()).Append(" WITH ('connector' = 'values', 'changelog-mode' = '").Append(Kinds(s.GetProperty("name").GetString()!)).Append("');\n");
            }
        }

        foreach (var s in c.GetProperty("setup_sql").EnumerateArray()) sql.Append(s.GetString()).Append(";\n");
        var run = c.GetProperty("run_sql");
        var statements = run.ValueKind == JsonValueKind.Array ? run.EnumerateArray().Select(r => r.GetString()!).ToArray() : [run.GetString()!];
        sql.AppendJoin(";\n", statements.Select(s => QueryAlone(s, sql.ToString())));
        var ran = CaseRun.Script(sql.ToString());
        if (ran.Missing is not null) return Outcome.NotApplicable(ran.Missing);
        if (ran.Error is not null) return Outcome.Failed(ran.Error);
        bool raw = c.GetProperty("expected_mode").GetString() == "raw-changelog";
        foreach (var sink in c.GetProperty("expected").EnumerateObject())
        {
            // The result of a bare SELECT, or of the one sink that the script fills.
            var got = (ValuesTables.Outputs.GetValueOrDefault(sink.Name) ?? ValuesTables.Outputs.GetValueOrDefault(CaseRun.SelectResult)
                ?? (ValuesTables.Outputs.Count == 1 ? ValuesTables.Outputs.Values.First() : null))?.ToList() ?? [];
            var texts = raw ? got.Select(r => $"{Columns.RowKindText.Code(r.Kind)}({string.Join(",", r.Cells)})") : Rows.Materialize(got).Select(r => string.Join(",", r.Cells));
            if (sink.Value.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first && first.GetString()!.StartsWith("+I[", StringComparison.Ordinal))
                texts = raw ? got.Select(r => r.ToString()) : Rows.Materialize(got).Select(r => "+I" + r.Text);
            if (Rows.Difference(sink.Name, sink.Value.EnumerateArray().Select(r => r.GetString()!), texts) is { } difference) return Outcome.Failed(difference);
        }

        return Outcome.Passed;
    }

    // A sink that the case does not declare (it is a Java object there): the query alone is run, as on Flink.
    private static string QueryAlone(string statement, string setup)
    {
        var insert = Insert().Match(statement);
        return insert.Success && !setup.Contains($"TABLE {insert.Groups[1].Value}", StringComparison.OrdinalIgnoreCase)
            && !setup.Contains($"TABLE `{insert.Groups[1].Value.Trim('`')}`", StringComparison.OrdinalIgnoreCase)
            && !Regex.IsMatch(setup, $@"TABLE\s+(IF\s+NOT\s+EXISTS\s+)?`?{Regex.Escape(insert.Groups[1].Value.Trim('`'))}`?[\s(]", RegexOptions.IgnoreCase)
            ? statement[insert.Length..]
            : statement;
    }

    [GeneratedRegex(@"^\s*INSERT\s+INTO\s+(\S+)\s", RegexOptions.IgnoreCase)]
    private static partial Regex Insert();

    private static string Kinds(string table) =>
        ValuesTables.Inputs.TryGetValue(table, out var rows) && rows.Any(r => r[0].GetString() != "+I") ? "I,UB,UA,D" : "I";
}
