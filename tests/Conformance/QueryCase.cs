using System.Text;
using System.Text.Json;

namespace OrleansStream.Conformance;

/// <summary>Cases of itcases.jsonl: a query over collections, rows as comma-joined text.</summary>
internal static class QueryCase
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
        sql.Append(run.ValueKind == JsonValueKind.Array ? string.Join(";\n", run.EnumerateArray().Select(r => r.GetString())) : run.GetString());
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
            if (Rows.Difference(sink.Name, sink.Value.EnumerateArray().Select(r => r.GetString()!), texts) is { } difference) return Outcome.Failed(difference);
        }

        return Outcome.Passed;
    }

    private static string Kinds(string table) =>
        ValuesTables.Inputs.TryGetValue(table, out var rows) && rows.Any(r => r[0].GetString() != "+I") ? "I,UB,UA,D" : "I";
}
