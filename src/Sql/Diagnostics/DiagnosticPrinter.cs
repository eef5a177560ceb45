using System.Globalization;
using System.Text;

namespace OrleansStream.Sql.Diagnostics;

/// <summary>Renders a finding with the line it is about and carets under the span.</summary>
public static class DiagnosticPrinter
{
    /// <summary>
    /// <code>
    /// error OS1004 at line 1, column 8
    ///   SELECT usr_id FROM orders
    ///          ^^^^^^ no column 'usr_id' in 'orders'
    ///   help: did you mean 'user_id'?
    /// </code>
    /// </summary>
    public static string Print(Diagnostic diagnostic, SourceText source)
    {
        (int line, int column) = source.Locate(diagnostic.Span.Start);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Word(diagnostic.Severity)} {diagnostic.Code} at line {line}, column {column}\n");
        text.Append("  ").Append(source.Line(line)).Append('\n');
        text.Append("  ").Append(Caret(diagnostic, source)).Append('\n');
        foreach (string trailer in Trailers(diagnostic)) text.Append("  ").Append(trailer).Append('\n');
        return text.ToString();
    }

    public static string Word(Severity severity) => severity == Severity.Error ? "error" : "warning";

    /// <summary>Carets under the span's part on its first line, and the message.</summary>
    public static string Caret(Diagnostic diagnostic, SourceText source)
    {
        (int line, int column) = source.Locate(diagnostic.Span.Start);
        string shown = source.Line(line);
        int length = Math.Max(1, Math.Min(diagnostic.Span.Length, shown.Length - (column - 1)));
        // Tabs stay tabs, so that the carets stand below their word however wide a tab is shown.
        string indent = new([.. shown.PadRight(column - 1).Take(column - 1).Select(c => c == '\t' ? '\t' : ' ')]);
        return $"{indent}{new string('^', length)} {diagnostic.Message}";
    }

    public static IEnumerable<string> Trailers(Diagnostic diagnostic)
    {
        foreach (string note in diagnostic.Notes) yield return "note: " + note;
        if (diagnostic.Help is not null) yield return "help: " + diagnostic.Help;
    }
}
