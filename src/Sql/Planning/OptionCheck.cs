using System.Collections.Immutable;
using OrleansStream.Columns;
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
        foreach (TableColumn column in table.Columns.Where(c => c.Kind == ColumnKind.Metadata)) CheckMetadata(schema, column, asSource, At);
        if (!table.PartitionKeys.IsEmpty && !schema.Partitions)
            diagnostics.Error(Codes.TableDefinition, At(table.Span), $"the connector '{connector.Value}' knows no PARTITIONED BY");
        foreach (Option required in schema.Options.Where(o => o.Required && options.All(given => given.Key != o.Name)))
            diagnostics.Error(Codes.MissingOption, At(table.Span), $"the table '{table.Name}' lacks the option '{required.Name}'", required.Doc);
        if (schema.Formats.Length > 0 && options.All(o => o.Key != "format"))
            diagnostics.Error(Codes.MissingOption, At(table.Span), $"the table '{table.Name}' lacks the option 'format'", $"formats are {string.Join(", ", schema.Formats)}");
        return schema;
    }

    private void CheckMetadata(OptionSchema schema, TableColumn column, bool asSource, Func<TextSpan, TextSpan> at)
    {
        (string key, bool isVirtual, TextSpan span) = column.Metadata;
        if (!asSource && !isVirtual)
            diagnostics.Error(Codes.TableDefinition, at(span), $"the connector '{schema.Connector}' writes no metadata", $"declare '{column.Name}' METADATA VIRTUAL");
        if (!asSource) return;
        if (schema.Metadata.FirstOrDefault(m => m.Name == key) is not { } known)
        {
            diagnostics.Error(Codes.TableDefinition, at(span), $"the connector '{schema.Connector}' has no metadata '{key}'",
                Suggest.DidYouMean(key, schema.Metadata.Select(m => m.Name)) ?? (schema.Metadata.IsEmpty ? null : $"there is {string.Join(", ", schema.Metadata.Select(m => m.Name))}"));
        }
        else if (!Casts.Explicit(SqlTypeText.Parse(known.Type), column.Type))
        {
            diagnostics.Error(Codes.TypeMismatch, at(span), $"the metadata '{key}' is {known.Type}, which cannot be cast to {column.Type.WithNullable(true)}");
        }
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
