using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>The columns that names in an expression may mean: those of each table in FROM, one after the other.</summary>
internal sealed class Scope
{
    /// <param name="Name">alias or last part of the table's path; null for a derived table without alias.</param>
    private sealed record Entry(string? Name, ImmutableArray<RelColumn> Columns, int Offset);

    private readonly List<Entry> _entries = [];

    public static Scope Empty { get; } = new();

    public ImmutableArray<RelColumn> Columns { get; private set; } = [];

    /// <summary>How messages call this scope's only table; null if there are several.</summary>
    public string? OnlyName => _entries.Count == 1 ? _entries[0].Name : null;

    /// <summary>Columns that USING has merged: unqualified, their second occurrence is not meant.</summary>
    private readonly HashSet<int> _merged = [];

    /// <summary>Where the columns of the query itself begin; those before it are of the query around, and are meant only when no own column is.</summary>
    private int _own;

    /// <summary>A subquery's scope within that of the query around it: outer columns, then its own.</summary>
    public static Scope Nested(Scope outer, Scope inner)
    {
        Scope scope = Join(outer, inner, [.. outer.Columns, .. inner.Columns], []);
        scope._own = outer.Columns.Length;
        return scope;
    }

    public static Scope Of(string? name, ImmutableArray<RelColumn> columns)
    {
        var scope = new Scope();
        scope.Add(name, columns);
        return scope;
    }

    private void Add(string? name, ImmutableArray<RelColumn> columns)
    {
        _entries.Add(new Entry(name, columns, Columns.Length));
        Columns = Columns.AddRange(columns);
    }

    /// <summary>Left's columns, then right's.</summary>
    public static Scope Join(Scope left, Scope right, ImmutableArray<RelColumn> columns, IEnumerable<int> merged)
    {
        var scope = new Scope();
        foreach (Entry e in left._entries.Concat(right._entries))
        {
            int offset = scope.Columns.Length;
            scope.Add(e.Name, columns.Slice(offset, e.Columns.Length));
        }
        foreach (int column in left._merged) scope._merged.Add(column);
        foreach (int column in right._merged) scope._merged.Add(column + left.Columns.Length);
        foreach (int column in merged) scope._merged.Add(column);
        return scope;
    }

    /// <summary>The same columns with more behind them, which belong to no table.</summary>
    public Scope With(ImmutableArray<RelColumn> more)
    {
        var scope = new Scope();
        foreach (Entry e in _entries) scope.Add(e.Name, e.Columns);
        foreach (int column in _merged) scope._merged.Add(column);
        scope.Add(null, more);
        return scope;
    }

    /// <summary>Positions of the columns of that name, in any table.</summary>
    public List<int> Find(string column)
    {
        List<int> found = [.. Enumerable.Range(0, Columns.Length).Where(i => Columns[i].Name == column && !_merged.Contains(i))];
        return found.Exists(i => i >= _own) ? found.FindAll(i => i >= _own) : found;
    }

    /// <summary>Positions of the table's columns of that name; null if there is no such table.</summary>
    public List<int>? Find(string table, string column)
    {
        List<Entry> tables = _entries.FindAll(e => e.Name == table);
        if (tables.Count == 0) return null;
        if (tables.Exists(e => e.Offset >= _own)) tables = tables.FindAll(e => e.Offset >= _own);
        return [.. tables.SelectMany(e => Enumerable.Range(0, e.Columns.Length).Where(i => e.Columns[i].Name == column).Select(i => e.Offset + i))];
    }

    /// <summary>Positions of all columns of a table, or of all tables for null; null if there is no such table.</summary>
    public IEnumerable<int>? All(Name? table)
    {
        if (table is null) return Enumerable.Range(0, Columns.Length).Where(i => !_merged.Contains(i));
        Entry? entry = table.Parts.Length == 1 ? _entries.Find(e => e.Name == table.Parts[0].Name) : null;
        return entry is null ? null : Enumerable.Range(entry.Offset, entry.Columns.Length);
    }

    public IEnumerable<string> TableNames => _entries.Where(e => e.Name is not null).Select(e => e.Name!);
}
