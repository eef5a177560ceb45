using System.Collections.Immutable;

namespace OrleansStream.Sql.Diagnostics;

public enum Severity { Error, Warning }

/// <summary>One finding about a script: what is wrong, where, and what to do.</summary>
/// <param name="Code">Stable code of <see cref="Codes"/>, such as OS1004.</param>
/// <param name="Message">One sentence without a full stop; stands behind the caret.</param>
/// <param name="Help">What the user can do, or null.</param>
public sealed record Diagnostic(string Code, Severity Severity, TextSpan Span, string Message, string? Help = null)
{
    public ImmutableArray<string> Notes { get; init; } = [];

    public static Diagnostic Error(string code, TextSpan span, string message, string? help = null) =>
        new(code, Severity.Error, span, message, help);
}

/// <summary>Collects findings; a pass goes on after an error so that one run names them all.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public IReadOnlyList<Diagnostic> Items => _items;

    public bool HasErrors => _items.Exists(d => d.Severity == Severity.Error);

    public void Add(Diagnostic diagnostic)
    {
        // The same column named in two roles of one statement (a view used twice) is one finding.
        if (!_items.Contains(diagnostic)) _items.Add(diagnostic);
    }

    public void Error(string code, TextSpan span, string message, string? help = null) =>
        Add(Diagnostic.Error(code, span, message, help));
}
