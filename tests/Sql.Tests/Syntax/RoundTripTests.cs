using System.Text.Json;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Sql.Tests.Syntax;

/// <summary>parse → print → parse gives the same tree, over hand-written statements and every statement of the reference data.</summary>
public sealed class RoundTripTests
{
    private static void Check(string sql)
    {
        Script first = TreeText.Parse(sql);
        string printed = Printer.Print(first);
        Script second = TreeText.Parse(printed);
        Assert.Equal(TreeText.Of(first), TreeText.Of(second));
        Assert.Equal(printed, Printer.Print(second));
    }

    [Fact]
    public void Hand_written_statements()
    {
        foreach (string statement in Golden.Read("syntax/statements.sql").Split(";\n", StringSplitOptions.RemoveEmptyEntries)) Check(statement);
    }

    [Fact]
    public void Printed_form_of_hand_written_statements()
    {
        string sql = Golden.Read("syntax/statements.sql");
        Golden.Match("syntax/statements.printed.sql", Printer.Print(TreeText.Parse(sql)));
    }

    [Fact]
    public void Nexmark_queries()
    {
        foreach (string file in Directory.EnumerateFiles(Shared.Require("bench/flink/queries"), "*.sql")) Check(File.ReadAllText(file));
    }

    [Fact]
    public void Every_span_covers_the_text_it_was_parsed_from()
    {
        string sql = Golden.Read("syntax/statements.sql");
        foreach (Expression e in Expressions(TreeText.Parse(sql)))
        {
            string part = sql.Substring(e.Span.Start, e.Span.Length);
            if (e is NameExpression name) Assert.Equal(name.Name.Text, part.Replace("`", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
            Assert.NotEqual(0, e.Span.Length);
        }
    }

    private static IEnumerable<Expression> Expressions(object? value) => value switch
    {
        Expression e => Inner(e).Prepend(e),
        Node n => Inner(n),
        string => [],
        System.Collections.IEnumerable items => items.Cast<object?>().SelectMany(Expressions),
        _ => [],
    };

    private static IEnumerable<Expression> Inner(Node node) =>
        node.GetType().GetProperties().Where(p => p.Name != "EqualityContract" && p.GetIndexParameters().Length == 0 && p.SetMethod is not null)
            .SelectMany(p => Expressions(p.GetValue(node)));

    /// <summary>Expressions of the function cases that real Flink evaluates: all parse, but for forms that are listed with a reason.</summary>
    [Fact]
    public void Function_expressions_of_the_reference_data()
    {
        int parsed = 0;
        var failed = new List<string>();
        foreach (string line in File.ReadLines(Shared.Require("conformance/functions.jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement e = json.RootElement;
            if (e.GetProperty("kind").GetString() != "value" || e.GetProperty("flink23").GetString() != "ok") continue;
            string sql = "SELECT " + e.GetProperty("sql").GetString();
            var diagnostics = new DiagnosticBag();
            Parser.Parse(sql, diagnostics);
            if (diagnostics.HasErrors) { failed.Add($"{e.GetProperty("id")}: {sql}: {diagnostics.Items[0].Message}"); continue; }
            Check(sql);
            parsed++;
        }
        // STRUCTURED types are classes of Java.
        failed.RemoveAll(f => f.Contains("STRUCTURED<", StringComparison.Ordinal));
        Assert.True(parsed > 2000);
        Assert.True(failed.Count == 0, $"{failed.Count} not parsed, {parsed} parsed\n" + string.Join('\n', failed.Take(40)));
    }
}
