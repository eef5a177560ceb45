using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Sql.Binding;

public enum ColumnKind { Physical, Computed, Metadata }

/// <summary>A column of a table as declared.</summary>
/// <param name="Computed">for computed columns: over all columns of the table, by declared position.</param>
public sealed record TableColumn(string Name, SqlType Type, ColumnKind Kind, Expr? Computed = null, TimeKind Time = TimeKind.None)
{
    /// <summary>For metadata columns: the connector's key, and whether the column is VIRTUAL, so not written.</summary>
    public (string Key, bool Virtual, TextSpan Span) Metadata { get; init; }
}

/// <summary>A WITH option; spans point into the script that declared it, and are empty when that was another one.</summary>
public sealed record TableOption(string Key, string Value, TextSpan KeySpan, TextSpan ValueSpan);

/// <summary>A table: its columns in declared order, and how rows get in or out.</summary>
/// <param name="RowtimeColumn">position of the column with a watermark, or −1.</param>
/// <param name="Watermark">over all columns by declared position; null without a watermark.</param>
public sealed record CatalogTable(
    string Name, ImmutableArray<TableColumn> Columns, int RowtimeColumn, Expr? Watermark, ImmutableArray<int> PrimaryKey,
    ImmutableArray<int> PartitionKeys, ImmutableArray<TableOption> Options, TextSpan Span)
{
    public string? Connector => Options.FirstOrDefault(o => o.Key == "connector")?.Value;

    /// <summary>What a query sees.</summary>
    public ImmutableArray<RelColumn> QueryColumns => [.. Columns.Select(c => new RelColumn(c.Name, c.Type, c.Time))];

    /// <summary>Positions of the columns that the connector has: the payload.</summary>
    public ImmutableArray<int> PhysicalColumns => [.. Enumerable.Range(0, Columns.Length).Where(i => Columns[i].Kind == ColumnKind.Physical)];

    /// <summary>Positions of the columns that a source delivers: the payload and metadata.</summary>
    public ImmutableArray<int> ReadColumns => [.. Enumerable.Range(0, Columns.Length).Where(i => Columns[i].Kind != ColumnKind.Computed)];
}

/// <summary>A view: its query, bound when the view was created, so that later columns of its tables do not show up.</summary>
public sealed record CatalogView(string Name, BoundQuery Query);

/// <summary>Tables and views by path. Immutable: a statement that creates something gives a new catalog.</summary>
public sealed record Catalog(ImmutableDictionary<string, CatalogTable> Tables, ImmutableDictionary<string, CatalogView> Views)
{
    public const string DefaultCatalog = "default_catalog";
    public const string DefaultDatabase = "default_database";

    public static Catalog Empty { get; } = new(ImmutableDictionary<string, CatalogTable>.Empty, ImmutableDictionary<string, CatalogView>.Empty);

    public IEnumerable<string> Names => Tables.Keys.Concat(Views.Keys);

    public bool Contains(string name) => Tables.ContainsKey(name) || Views.ContainsKey(name);

    /// <summary>The key of a path: what is in the default catalog and database goes by its bare name.</summary>
    public static string Key(Syntax.Name path)
    {
        var parts = path.Parts.Select(p => p.Name).ToList();
        if (parts.Count == 3 && parts[0] == DefaultCatalog) parts.RemoveAt(0);
        if (parts.Count == 2 && parts[0] == DefaultDatabase) parts.RemoveAt(0);
        return string.Join('.', parts);
    }

    public Catalog With(CatalogTable table) => this with { Tables = Tables.SetItem(table.Name, table) };

    public Catalog With(CatalogView view) => this with { Views = Views.SetItem(view.Name, view) };

    public Catalog Without(string name) => this with { Tables = Tables.Remove(name), Views = Views.Remove(name) };
}
