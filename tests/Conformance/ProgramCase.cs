using System.Text;
using System.Text.Json;

namespace OrleansStream.Conformance;

/// <summary>Cases of programs.jsonl: tables, rows, a statement, and what its sinks must hold. A restore in the middle is fed as one run: the results are the same.</summary>
internal static class ProgramCase
{
    public static Outcome Run(JsonElement c)
    {
        foreach (string needs in (string[])["functions", "models"])
            if (c.TryGetProperty(needs, out var list) && list.GetRawText().Length > 2) return Outcome.NotApplicable($"{needs} in Java");
        if (c.TryGetProperty("input_columns", out _)) return Outcome.NotApplicable("metadata columns of the test source");
        if (c.TryGetProperty("flink23_mode", out var mode) && mode.GetString() == "batch") return Outcome.NotApplicable("batch mode");
        ValuesTables.Clear();
        Inputs(c, "inputs");
        if (c.TryGetProperty("tags", out var tags) && tags.GetRawText().Contains("proctime", StringComparison.Ordinal))
            foreach (var (table, rows) in ValuesTables.Inputs) ValuesTables.Pauses[table] = rows.Length;
        Inputs(c, "inputs_after_restore");
        var sql = new StringBuilder();
        CaseRun.Settings(sql, c, ("emit", "each"), ("parallelism.default", "1"));
        bool everyRow = c.TryGetProperty("watermark_emit", out var emit) && emit.GetRawText().Contains("on-event", StringComparison.Ordinal);
        foreach (var s in c.GetProperty("setup_sql").EnumerateArray()) sql.Append(EveryRow(s.GetString()!, everyRow)).Append(";\n");
        string setup = sql.ToString();
        if (c.TryGetProperty("run_failing_sql", out var failing)) return Failing(setup, failing);
        if (!c.TryGetProperty("run_sql", out var run)) return Outcome.NotApplicable("no statement");
        if (run.ValueKind == JsonValueKind.Array)
        {
            sql.Append("EXECUTE STATEMENT SET BEGIN\n");
            foreach (var s in run.EnumerateArray()) sql.Append(s.GetString()).Append(";\n");
            sql.Append("END;");
        }
        else sql.Append(run.GetString());

        var ran = CaseRun.Script(sql.ToString());
        if (ran.Missing is not null) return Outcome.NotApplicable(ran.Missing);
        if (ran.Error is not null) return Outcome.Failed(ran.Error);
        return Compare(c);
    }

    // Flink's harness emits a watermark per row for tables whose schema has a line that starts with WATERMARK FOR.
    private static string EveryRow(string ddl, bool everyRow)
    {
        if (!everyRow || !ddl.Contains("WATERMARK", StringComparison.OrdinalIgnoreCase)) return ddl;
        int at = ddl.LastIndexOf(')');
        return ddl[..at] + ", 'scan.watermark.emit.strategy' = 'on-event')";
    }

    private static void Inputs(JsonElement c, string property)
    {
        if (!c.TryGetProperty(property, out var inputs)) return;
        foreach (var t in inputs.EnumerateObject())
            ValuesTables.Inputs.AddOrUpdate(t.Name, _ => [.. t.Value.EnumerateArray()], (_, before) => [.. before, .. t.Value.EnumerateArray()]);
    }

    private static Outcome Failing(string setup, JsonElement failing)
    {
        foreach (var f in failing.EnumerateArray())
        {
            var ran = CaseRun.Script(setup + f.GetProperty("sql").GetString());
            if (ran.Missing is not null) return Outcome.NotApplicable(ran.Missing);
            if (ran.Error is null) return Outcome.Failed($"must fail: {f.GetProperty("message")}");
        }

        return Outcome.Passed;
    }

    private static Outcome Compare(JsonElement c)
    {
        var materialized = c.TryGetProperty("materialized_sinks", out var m) ? m.EnumerateArray().Select(s => s.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
        foreach (var sink in c.GetProperty("expected").EnumerateObject())
        {
            var expected = sink.Value.EnumerateArray().Select(r => r.GetString()!).ToList();
            if (c.TryGetProperty("expected_after_restore", out var after) && after.TryGetProperty(sink.Name, out var more)) expected.AddRange(more.EnumerateArray().Select(r => r.GetString()!));
            var got = ValuesTables.Outputs.TryGetValue(sink.Name, out var rows) ? rows.ToList() : [];
            bool final = materialized.Contains(sink.Name);
            if (final && c.TryGetProperty("expected_materialized", out var em) && em.TryGetProperty(sink.Name, out var table)) expected = [.. table.EnumerateArray().Select(r => r.GetString()!)];
            var texts = final ? Rows.Materialize(got).Select(r => "+I" + r.Text) : got.Select(r => r.ToString());
            if (final) expected = [.. expected.Select(e => "+I" + e[2..])];
            if (Rows.Difference(sink.Name, expected, texts) is { } difference) return Outcome.Failed(difference);
        }

        return Outcome.Passed;
    }
}
