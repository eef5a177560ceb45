using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;
using OrleansStream.Sql.Physical;
using OrleansStream.Sql.Planning;
using OrleansStream.Sql.Syntax;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Sql.Tests.Planning;

/// <summary>Golden/plans/*.plan: a statement over the tables of tables.sql and its five representations.</summary>
public sealed class PlanTests
{
    private const string Folder = "plans";

    public static TheoryData<string> Cases => [.. Golden.Files(Folder, "*.plan")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_is_as_expected(string file)
    {
        string sql = Golden.Read($"{Folder}/{file}").Split("\n----\n")[0];
        PlanResult result = SqlScript.Plan(Golden.Read($"{Folder}/tables.sql") + sql, new PlannerOptions(), TestConnectors.Schemas);
        Golden.Match($"{Folder}/{file}", $"{sql}\n----\n{(result.HasErrors ? result.Report : Representations(sql, result))}");
        Assert.False(result.HasErrors, result.Report);
    }

    private static string Representations(string sql, PlanResult result)
    {
        PlannedJob job = result.Planned!;
        Script script = Syntax.TreeText.Parse(sql);
        return "== syntax ==\n" + Printer.Print(script)
            + "== bound ==\n" + string.Concat(job.Bound.Select(BoundPrinter.Print))
            + "== logical ==\n" + string.Concat(job.Logical.Select(LogicalPrinter.Print))
            + "== optimized ==\n" + string.Concat(job.Optimized.Select(LogicalPrinter.Print))
            + "== physical ==\n" + string.Concat(job.Physical.Select(PhysicalPrinter.Print))
            + "== plan ==\n" + PlanPrinter.Print(job.Plan)
            + string.Concat(result.Explanations.Select(e => "== explanation ==\n" + e))
            + (result.ResultSchema is null ? "" : $"result {result.ResultSchema}\n");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_read_back_equals_the_plan_written(string file)
    {
        string sql = Golden.Read($"{Folder}/{file}").Split("\n----\n")[0];
        PlanResult result = SqlScript.Plan(Golden.Read($"{Folder}/tables.sql") + sql, new PlannerOptions(), TestConnectors.Schemas);
        string json = PlanJson.Write(result.Job!);
        Assert.Equal(PlanPrinter.Print(result.Job!), PlanPrinter.Print(PlanJson.Read(json)));
        Assert.Equal(json, PlanJson.Write(PlanJson.Read(json)));
    }
}
