using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Tests.Syntax;

/// <summary>A syntax tree as text without positions: two scripts with the same text mean the same.</summary>
internal static class TreeText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append('-'); break;
            case string s: text.Append('"').Append(s).Append('"'); break;
            case Node node:
                text.Append('(').Append(node.GetType().Name);
                foreach (PropertyInfo property in node.GetType().GetProperties().Where(p => p.Name != "EqualityContract" && p.PropertyType != typeof(TextSpan) && p.SetMethod is not null))
                {
                    text.Append(' ');
                    Append(text, property.GetValue(node));
                }
                text.Append(')');
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (object? item in items) { Append(text, item); text.Append(' '); }
                text.Append(']');
                break;
            default: text.Append(value); break;
        }
    }

    public static Script Parse(string sql)
    {
        var diagnostics = new DiagnosticBag();
        Script script = Parser.Parse(sql, diagnostics);
        var source = new SourceText(sql);
        Xunit.Assert.True(diagnostics.Items.Count == 0, sql + "\n" + string.Concat(diagnostics.Items.Select(d => DiagnosticPrinter.Print(d, source))));
        return script;
    }
}
