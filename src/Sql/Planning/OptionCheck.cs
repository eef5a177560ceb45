using System.Collections.Immutable;
using OrleansStream.Engine.Connect;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Planning;

/// <summary>WITH options against the connector's description, at the option's place. Only tables that are used are checked.</summary>
internal sealed class OptionCheck(IConnectorSchemas connectors, DiagnosticBag diagnostics)
{
    /// <param name="use">where the table is used: findings about a table of an earlier script point there.</param>
    public OptionSchema? Check(CatalogTable table, ImmutableArray<TableOption> options, bool asSource, TextSpan use)
    {
        TextSpan At(TextSpan declared) => declared.Length > 0 ? declared : use;
        TableOption? connector = options.FirstOrDefault(o => o.Key == "connector");
        if (connector is null)
        {
            diagnostics.Error(Codes.MissingOption, At(table.Span), $"the table '{table.Name}' has no 'connector'", "add WITH ('connector' = '…')");
            return null;
        }
        // The result of a bare SELECT: no description, no options.
        if (table.Span.Length == 0 && connector.KeySpan.Length == 0 && connector.Value == "row-numbers") return null;
        if (connector.Value == InsertBinder.CollectConnector && table.Name == InsertBinder.CollectConnector) return null;
        if (connectors.Find(connector.Value) is not { } schema)
        {
            diagnostics.Error(Codes.UnknownConnector, At(connector.ValueSpan), $"no connector '{connector.Value}'",
                Suggest.DidYouMean(connector.Value, connectors.Names) ?? $"there are {string.Join(", ", connectors.Names)}");
            return null;
        }
        if (asSource ? !schema.Source : !schema.Sink)
            diagnostics.Error(Codes.ConnectorRole, At(connector.ValueSpan), $"the connector '{connector.Value}' cannot be {(asSource ? "read from" : "written to")}");
        foreach (TableOption option in options) CheckOne(schema, options, option, At);
        foreach (Option required in schema.Options.Where(o => o.Required && options.All(given => given.Key != o.Name)))
            diagnostics.Error(Codes.MissingOption, At(table.Span), $"the table '{table.Name}' lacks the option '{required.Name}'", required.Doc);
        if (schema.Formats.Length > 0 && options.All(o => o.Key != "format"))
            diagnostics.Error(Codes.MissingOption, At(table.Span), $"the table '{table.Name}' lacks the option 'format'", $"formats are {string.Join(", ", schema.Formats)}");
        return schema;
    }

    private void CheckOne(OptionSchema schema, ImmutableArray<TableOption> all, TableOption option, Func<TextSpan, TextSpan> at)
    {
        if (option.Key == "connector") return;
        if (option.Key == "format" && schema.Formats.Length > 0)
        {
            if (!schema.Formats.Contains(option.Value))
                diagnostics.Error(Codes.InvalidOption, at(option.ValueSpan), $"no format '{option.Value}' for '{schema.Connector}'", $"formats are {string.Join(", ", schema.Formats)}");
            return;
        }
        Option? known = schema.Options.FirstOrDefault(o => o.Name == option.Key)
            ?? schema.Options.FirstOrDefault(o => o.Name.EndsWith(".*", StringComparison.Ordinal) && option.Key.StartsWith(o.Name[..^1], StringComparison.Ordinal));
        if (known is null)
        {
            diagnostics.Error(Codes.UnknownOption, at(option.KeySpan), $"the connector '{schema.Connector}' has no option '{option.Key}'",
                Suggest.DidYouMean(option.Key, schema.Options.Select(o => o.Name)));
            return;
        }
        string? format = all.FirstOrDefault(o => o.Key == "format")?.Value;
        string? owner = schema.Formats.FirstOrDefault(f => option.Key.StartsWith(f + ".", StringComparison.Ordinal));
        if (owner is not null && owner != format)
            diagnostics.Error(Codes.UnknownOption, at(option.KeySpan), $"'{option.Key}' is an option of the format '{owner}', this table has '{format}'");
        else if (OptionText.Check(known, option.Value) is { } problem)
            diagnostics.Error(Codes.InvalidOption, at(option.ValueSpan), problem);
    }
}
