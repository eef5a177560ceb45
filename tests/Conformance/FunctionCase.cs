using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansStream.Conformance;

/// <summary>Cases of functions.jsonl (one scalar expression each) and function_aggs.jsonl (an aggregate over a changelog).</summary>
internal static class FunctionCase
{
    public static Outcome Scalar(JsonElement c)
    {
        ValuesTables.Clear();
        var sql = new StringBuilder();
        CaseRun.Settings(sql, c, ("parallelism.default", "1"));
        string expression = c.GetProperty("sql").GetString()!;
        bool error = c.GetProperty("kind").GetString() == "error";

        // Binary results are shown in hexadecimal, not as the text of their bytes.
        bool binary = !error && c.GetProperty("expected").GetString()?.StartsWith("x'", StringComparison.Ordinal) == true;
        if (c.TryGetProperty("with", out var with) && with.EnumerateObject().Any())
        {
            if (with.EnumerateObject().Any(f => f.Value.ValueKind == JsonValueKind.Null)) return Outcome.NotApplicable("a column that no literal expresses");
            sql.Append(binary ? "SELECT " : "SELECT CAST(").Append(expression).Append(binary ? " FROM (SELECT " : " AS STRING) FROM (SELECT ")
                .AppendJoin(", ", with.EnumerateObject().Select(f => $"{f.Value.GetString()} AS {f.Name}")).Append(") t");
        }
        else sql.Append(binary ? "SELECT " : "SELECT CAST(").Append(expression).Append(binary ? "" : " AS STRING)");

        var ran = CaseRun.Script(sql.ToString());
        if (ran.Missing is not null) return error && ran.Missing.StartsWith("OS1006", StringComparison.Ordinal) ? Outcome.NotApplicable(ran.Missing) : Outcome.NotApplicable(ran.Missing);
        if (error) return ran.Error is not null ? Outcome.Passed : Outcome.Failed($"must fail; got {Cell()}");
        if (ran.Error is not null) return Outcome.Failed(ran.Error);
        string? expected = c.GetProperty("expected").GetString();
        string? got = Cell();
        if (binary && got is ['[', ..]) got = $"x'{string.Concat(got.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(b => ((byte)sbyte.Parse(b, CultureInfo.InvariantCulture)).ToString("x2", CultureInfo.InvariantCulture)))}'";
        if (got == (expected ?? "null")) return Outcome.Passed;
        if (c.TryGetProperty("flink23_text", out var text) && text.GetString() == got) return Outcome.Passed;
        if (Near(c, expected, got)) return Outcome.Passed;
        return Outcome.Failed($"expected {expected ?? "NULL"}, got {got ?? "no row"}");
    }

    public static Outcome Aggregate(JsonElement c)
    {
        ValuesTables.Clear();
        var source = c.GetProperty("source");
        ValuesTables.Inputs["source"] = [.. source.GetProperty("rows").EnumerateArray().Select(Flat)];
        var sql = new StringBuilder();
        CaseRun.Settings(sql, c, ("emit", "each"), ("parallelism.default", "1"));
        sql.Append("CREATE TABLE source (")
            .AppendJoin(", ", source.GetProperty("columns").EnumerateArray().Select(k => $"`{k[0].GetString()}` {k[1].GetString()}"))
            .Append(") WITH ('connector' = 'values', 'changelog-mode' = 'I,UB,UA,D');\n").Append(c.GetProperty("sql").GetString());
        var ran = CaseRun.Script(sql.ToString());
        if (ran.Missing is not null) return Outcome.NotApplicable(ran.Missing);
        if (c.GetProperty("kind").GetString() == "error") return ran.Error is not null ? Outcome.Passed : Outcome.Failed("must fail");
        if (ran.Error is not null) return Outcome.Failed(ran.Error);
        var got = Rows.Materialize(ValuesTables.Outputs.GetValueOrDefault(CaseRun.SelectResult)?.ToList() ?? []);
        var expected = c.GetProperty("expected_rows").EnumerateArray().Select(r => string.Join(",", r[2].EnumerateArray().Select(t => t.GetString() ?? "null")));
        return Rows.Difference("result", expected.Select(e => e.Replace("NULL", "null", StringComparison.Ordinal)), got.Select(r => string.Join(",", r.Cells.Select(cell => cell is "true" or "false" ? cell.ToUpperInvariant() : cell)))) is { } d ? Outcome.Failed(d) : Outcome.Passed;
    }

    // [kind, [values]] as the flat rows that the source reads.
    private static JsonElement Flat(JsonElement row)
    {
        var parts = new List<string> { row[0].GetRawText() };
        parts.AddRange(row[1].EnumerateArray().Select(v => v.GetRawText()));
        return JsonDocument.Parse($"[{string.Join(",", parts)}]").RootElement;
    }

    private static string? Cell() =>
        ValuesTables.Outputs.TryGetValue(CaseRun.SelectResult, out var rows) && rows.TryPeek(out var row) ? row.Cells[0] : null;

    private static bool Near(JsonElement c, string? expected, string? got) =>
        c.TryGetProperty("approx", out var approx) && approx.GetBoolean()
        && double.TryParse(expected, CultureInfo.InvariantCulture, out double e) && double.TryParse(got, CultureInfo.InvariantCulture, out double g)
        && Math.Abs(e - g) <= 1e-12 * Math.Max(Math.Abs(e), Math.Abs(g));
}
