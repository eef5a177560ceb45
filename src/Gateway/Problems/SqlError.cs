using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Gateway.Problems;

/// <summary>One finding about a script, for programs.</summary>
/// <param name="Code">stable, <c>OS1004</c>.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Line">from 1, in the script after its placeholders were filled in.</param>
/// <param name="Column">from 1, in UTF-16 code units.</param>
/// <param name="Length">UTF-16 code units from there; may reach over line ends.</param>
public sealed record SqlError(string Code, string Severity, int Line, int Column, int Length, string Message, string? Help)
{
    public static SqlError Of(Diagnostic diagnostic, SourceText source)
    {
        (int line, int column) = source.Locate(diagnostic.Span.Start);
        return new SqlError(
            diagnostic.Code, DiagnosticPrinter.Word(diagnostic.Severity), line, column, diagnostic.Span.Length, diagnostic.Message, diagnostic.Help);
    }
}
