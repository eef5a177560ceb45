using OrleansStream.Engine.Connect;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>
/// The hints STATE_TTL('a' = '1 d', 'b' = '2 h') of one SELECT: how long a join keeps the rows of its sides, or an aggregate its groups, in place of table.exec.state.ttl.
/// Names are those of the query's tables, views or subqueries: the alias where there is one.
/// </summary>
internal sealed class StateTtl
{
    public const string Name = "STATE_TTL";

    private readonly List<(string Table, TextSpan Span, long Ms)> _given = [];
    private readonly HashSet<string> _taken = [];
    private readonly HashSet<string> _tables = [];
    private readonly DiagnosticBag _diagnostics;

    public StateTtl(IEnumerable<Hint> hints, DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        foreach (Hint hint in hints)
        {
            if (hint.Options.IsEmpty) diagnostics.Error(Codes.WrongArguments, hint.Name.Span, "STATE_TTL without a table and a time", "write STATE_TTL('table' = '1 d')");
            foreach (OptionSyntax o in hint.Options)
            {
                if (_given.Exists(g => g.Table == o.Key.Value)) diagnostics.Error(Codes.WrongArguments, o.Key.Span, $"'{o.Key.Value}' has a time already");
                else if (OptionText.TryDuration(o.Value.Value, out TimeSpan time)) _given.Add((o.Key.Value, o.Key.Span, (long)time.TotalMilliseconds));
                else diagnostics.Error(Codes.WrongArguments, o.Value.Span, $"'{o.Value.Value}' is not a duration", "write it as '1 d' or '30 min'");
            }
        }
    }

    /// <summary>ms for the state that is kept of a table's rows (0: for ever), or null if no hint names it.</summary>
    public long? Of(TableReference? table)
    {
        if (NameOf(table) is not { } name) return null;
        _tables.Add(name);
        int at = _given.FindIndex(g => g.Table == name);
        if (at < 0) return null;
        _taken.Add(name);
        return _given[at].Ms;
    }

    /// <summary>A time that no state takes is a mistake, not a wish.</summary>
    public void Check()
    {
        foreach ((string table, TextSpan span, _) in _given.Where(g => !_taken.Contains(g.Table)))
            _diagnostics.Error(Codes.UnknownTable, span, $"STATE_TTL: no join and no GROUP BY here reads '{table}'", Suggest.DidYouMean(table, _tables));
    }

    private static string? NameOf(TableReference? table) => table switch
    {
        NamedTable n => n.Alias?.Name.Name ?? n.Table.Last.Name,
        DerivedTable d => d.Alias?.Name.Name,
        FunctionTable f => f.Alias?.Name.Name,
        _ => null,
    };
}
