using System.Reflection;
using System.Text;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Planning;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Sql.Tests.Planning;

/// <summary>
/// Golden/errors/*.slt: cases apart by an empty line. A case is its findings' codes, the statement with carets below the lines they are about, and notes and
/// helps. Tables stand in tables.sql.
/// </summary>
public sealed class ErrorTests
{
    private const string Folder = "errors";

    public static TheoryData<string> Cases => [.. Golden.Files(Folder, "*.slt")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Findings_are_as_expected(string file)
    {
        IEnumerable<string> cases = Golden.Read($"{Folder}/{file}").Trim('\n').Split("\n\n");
        Golden.Match($"{Folder}/{file}", string.Join("\n\n", cases.Select(c => Annotate(Sql(c)))) + "\n");
    }

    /// <summary>The statement of a case: its lines that are neither code, caret, note nor help.</summary>
    private static string Sql(string text) => string.Join('\n', text.Split('\n').Where(l =>
        !l.StartsWith("error OS", StringComparison.Ordinal) && !l.TrimStart(' ').StartsWith('^')
        && !l.StartsWith("help: ", StringComparison.Ordinal) && !l.StartsWith("note: ", StringComparison.Ordinal) && l != "no error"));

    private static string Annotate(string sql)
    {
        string tables = Golden.Read($"{Folder}/tables.sql");
        PlanResult result = SqlScript.Plan(tables + sql, new PlannerOptions(), TestConnectors.Schemas);
        var source = new SourceText(sql);
        var text = new StringBuilder();
        Diagnostic[] findings = [.. result.Diagnostics.Select(d => d with { Span = new TextSpan(d.Span.Start - tables.Length, d.Span.Length) })];
        foreach (Diagnostic d in findings) text.Append(DiagnosticPrinter.Word(d.Severity)).Append(' ').Append(d.Code).Append('\n');
        if (findings.Length == 0) text.Append("no error\n");
        for (int line = 1; line <= source.LineCount; line++)
        {
            text.Append(source.Line(line)).Append('\n');
            foreach (Diagnostic d in findings.Where(d => source.Locate(Math.Max(d.Span.Start, 0)).Line == line)) text.Append(DiagnosticPrinter.Caret(d, source)).Append('\n');
        }
        foreach (string trailer in findings.SelectMany(DiagnosticPrinter.Trailers)) text.Append(trailer).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    [Fact]
    public void Every_code_has_a_golden_text()
    {
        string all = string.Concat(Golden.Files(Folder, "*.slt").Select(f => Golden.Read($"{Folder}/{f}")));
        IEnumerable<string> codes = typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);
        Assert.Empty(codes.Where(c => !all.Contains("error " + c, StringComparison.Ordinal)));
    }

    [Fact]
    public void Codes_are_unique()
    {
        var codes = typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }
}
