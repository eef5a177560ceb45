using System.Collections.Immutable;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Planning;

/// <summary>
/// The way in: a script of CREATE, DROP, SET, RESET and EXPLAIN statements and at most one job (an INSERT, a statement set, or a bare SELECT) becomes a plan
/// or a list of findings. Never throws for what a script says.
/// </summary>
public sealed class SqlScript
{
    private readonly IConnectorSchemas _connectors;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly IFunctions _functions = EngineFunctions.Instance;
    private readonly ImmutableSortedDictionary<string, string> _initial;
    private readonly List<string> _explanations = [];
    private Catalog _catalog;
    private ImmutableSortedDictionary<string, string> _settings;
    private Statement? _job;
    private PlannedJob? _planned;

    private SqlScript(PlannerOptions options, IConnectorSchemas connectors)
    {
        _connectors = connectors;
        _catalog = options.Catalog;
        _settings = _initial = options.Settings;
    }

    public static PlanResult Plan(string sql, PlannerOptions options, IConnectorSchemas connectors)
    {
        var script = new SqlScript(options, connectors);
        var source = new SourceText(sql);
        Script syntax = Parser.Parse(sql, script._diagnostics);
        // After an open quote or comment nothing is certain; after another syntax error the other statements are still worth looking at.
        if (!script._diagnostics.Items.Any(d => d.Code == Codes.Unterminated))
            foreach (Statement statement in syntax.Statements) script.Take(statement);
        return script.Result(source);
    }

    private PlanResult Result(SourceText source)
    {
        bool failed = _diagnostics.HasErrors;
        // Statements of earlier scripts keep no places in a text that is gone.
        Catalog kept = _catalog with
        {
            Tables = _catalog.Tables.ToImmutableDictionary(t => t.Key, t => t.Value with
            {
                Span = default,
                Options = [.. t.Value.Options.Select(o => o with { KeySpan = default, ValueSpan = default })],
            }),
        };
        ImmutableArray<Diagnostic> findings = [.. _diagnostics.Items.OrderBy(d => d.Span.Start)];
        return new PlanResult(source, findings, failed ? null : _planned, failed ? [] : [.. _explanations], kept, _settings);
    }

    private void Take(Statement statement)
    {
        switch (statement)
        {
            case CreateTable t: Create(t); break;
            case CreateView v: Create(v); break;
            case CreateFunction f:
                _diagnostics.Error(Codes.NotSupported, f.Span, "CREATE FUNCTION is not supported: there are no user-defined functions yet");
                break;
            case DropObject d: Drop(d); break;
            case SetOption { Option: { } option }: _settings = _settings.SetItem(option.Key.Value, option.Value.Value); break;
            case ResetOption { Key: null }: _settings = _initial; break;
            case ResetOption { Key: { } key }: _settings = _settings.Remove(key.Value); break;
            case Explain e:
                if (Planner().Plan(e.Statement) is { } explained) _explanations.Add(explained.Explain());
                break;
            case Insert or StatementSet or QueryStatement: Run(statement); break;
        }
    }

    private JobPlanner Planner() => new(_catalog, _settings, _functions, _connectors, _diagnostics);

    private void Run(Statement statement)
    {
        if (_job is not null)
        {
            _diagnostics.Error(Codes.SeveralJobs, statement.Span, "a script is one job, this is its second statement that runs",
                "put several INSERTs into EXECUTE STATEMENT SET BEGIN … END");
            return;
        }
        _job = statement;
        _planned = Planner().Plan(statement);
    }

    private void Create(CreateTable syntax)
    {
        if (Exists(syntax.Table, syntax.IfNotExists)) return;
        if (new TableBinder(_functions, _diagnostics).Bind(syntax) is { } table) _catalog = _catalog.With(table);
    }

    private void Create(CreateView syntax)
    {
        if (Exists(syntax.View, syntax.IfNotExists)) return;
        if (new QueryBinder(_catalog, _functions, _diagnostics).BindView(syntax) is { } query)
            _catalog = _catalog.With(new CatalogView(Catalog.Key(syntax.View), query));
    }

    private bool Exists(Name name, bool fine)
    {
        if (!_catalog.Contains(Catalog.Key(name))) return false;
        if (!fine) _diagnostics.Error(Codes.Duplicate, name.Span, $"'{name.Text}' exists already", "drop it first, or write IF NOT EXISTS");
        return true;
    }

    private void Drop(DropObject d)
    {
        string key = Catalog.Key(d.Object);
        bool exists = d.Kind == "VIEW" ? _catalog.Views.ContainsKey(key) : _catalog.Tables.ContainsKey(key);
        if (exists) _catalog = _catalog.Without(key);
        else if (!d.IfExists)
            _diagnostics.Error(Codes.UnknownTable, d.Object.Span, $"no {(d.Kind == "VIEW" ? "view" : "table")} '{d.Object.Text}'",
                Suggest.DidYouMean(key, d.Kind == "VIEW" ? _catalog.Views.Keys : _catalog.Tables.Keys));
    }
}
