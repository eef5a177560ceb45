using System.Text.Json;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Planning;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Sql.Tests.Planning;

/// <summary>Whatever a script says, planning ends in a plan or in findings that point into the script.</summary>
public sealed class RobustnessTests
{
    private static PlanResult Plan(string sql)
    {
        PlanResult result = SqlScript.Plan(sql, new PlannerOptions(), TestConnectors.Schemas);
        foreach (Diagnostic d in result.Diagnostics)
        {
            Assert.InRange(d.Span.Start, 0, sql.Length);
            Assert.InRange(d.Span.End, 0, sql.Length);
            Assert.NotEmpty(DiagnosticPrinter.Print(d, result.Source));
        }
        return result;
    }

    [Fact]
    public void Golden_statements_cut_short_anywhere()
    {
        foreach (string file in Golden.Files("plans", "*.plan"))
        {
            string sql = Golden.Read("plans/" + file).Split("\n----\n")[0];
            for (int length = 0; length < sql.Length; length += 3) Plan(sql[..length]);
        }
    }

    [Fact]
    public void Golden_statements_with_a_word_left_out_or_doubled()
    {
        string tables = Golden.Read("plans/tables.sql");
        foreach (string file in Golden.Files("plans", "*.plan"))
        {
            string[] words = Golden.Read("plans/" + file).Split("\n----\n")[0].Split(' ');
            for (int i = 0; i < words.Length; i++)
            {
                Plan(tables + string.Join(' ', words.Where((_, at) => at != i)));
                Plan(tables + string.Join(' ', words.SelectMany((w, at) => at == i ? [w, w] : new[] { w })));
            }
        }
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        string deep = "SELECT " + new string('(', 100_000) + "1" + new string(')', 100_000);
        Assert.Equal(Codes.Syntax, Plan(deep).Diagnostics[0].Code);
        string queries = string.Concat(Enumerable.Repeat("SELECT * FROM (", 10_000));
        Assert.Equal(Codes.Syntax, Plan(queries).Diagnostics[0].Code);
        string chain = "SELECT 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000));
        Assert.Equal(Codes.Syntax, Plan(chain).Diagnostics[0].Code);
    }

    [Theory]
    [InlineData("conformance/programs.jsonl", "run_sql")]
    [InlineData("conformance/itcases.jsonl", "run_sql")]
    public void Programs_of_the_reference_data(string file, string statement)
    {
        int statements = 0;
        foreach (string line in File.ReadLines(Shared.Require(file)))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string setup = json.RootElement.TryGetProperty("setup_sql", out JsonElement s) ? Join(s) : "";
            if (!json.RootElement.TryGetProperty(statement, out JsonElement run)) continue;
            Plan(setup + Join(run));
            statements++;
        }
        Assert.True(statements > 100);
    }

    private static string Join(JsonElement e) =>
        e.ValueKind == JsonValueKind.Array ? string.Concat(e.EnumerateArray().Select(Join)) : e.GetString() + ";\n";

    [Fact]
    public void Functions_of_the_reference_data()
    {
        foreach (string line in File.ReadLines(Shared.Require("conformance/functions.jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Plan("SELECT " + json.RootElement.GetProperty("sql").GetString());
        }
    }
}
