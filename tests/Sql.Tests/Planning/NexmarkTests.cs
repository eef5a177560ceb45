using System.Text;
using OrleansStream.Sql.Planning;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Sql.Tests.Planning;

/// <summary>Which queries of the benchmark plan, and what is said about the others.</summary>
public sealed class NexmarkTests
{
    [Fact]
    public void Queries_that_plan()
    {
        string folder = Shared.Require("bench/flink/queries");
        string tables = File.ReadAllText(Path.Combine(folder, "ddl.sql"));
        var text = new StringBuilder();
        foreach (string file in Directory.EnumerateFiles(folder, "*.sql").Where(f => !f.EndsWith("ddl.sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string sql = (tables + File.ReadAllText(file)).Replace("nexmark-mem", "nexmark", StringComparison.Ordinal).Replace("nexmark-side", "nexmark", StringComparison.Ordinal)
                .Replace("${SKIP}", "false", StringComparison.Ordinal);
            sql = System.Text.RegularExpressions.Regex.Replace(sql, @"\$\{\w+\}", "1");
            PlanResult result = SqlScript.Plan(sql, new PlannerOptions(), TestConnectors.Schemas);
            string said = result.HasErrors ? string.Join("; ", result.Diagnostics.Select(d => d.Message).Distinct()) : "plans";
            text.Append(Path.GetFileNameWithoutExtension(file)).Append(": ").Append(said).Append('\n');
        }
        Golden.Match("nexmark-plans.txt", text.ToString());
    }
}
