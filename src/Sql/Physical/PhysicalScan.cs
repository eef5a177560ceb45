using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Reads a table.</summary>
/// <param name="Positions">columns of the table in the order delivered: physical ones, then computed ones.</param>
public sealed record PhysicalScan(CatalogTable Table, ImmutableArray<TableOption> Options, ImmutableArray<int> Positions, ImmutableArray<RelColumn> Columns)
    : PhysicalNode([], Columns)
{
    public override string Title => $"the source {Table.Name}";

    public override string Identity => $"scan {Table.Name}";

    public override string Describe()
    {
        string computed = string.Concat(Positions.Where(p => Table.Columns[p].Computed is not null).Select(p => $", {Table.Columns[p].Name}=[{Computed(p)}]"));
        string watermark = Table.Watermark is null ? "" : $", watermark=[{Local(Table.Watermark)}]";
        return $"Source(table=[{Table.Name}], fields={List(Columns.Select(c => c.Name))}{computed}{watermark})";
    }

    /// <summary>A computed column's expression over the columns delivered.</summary>
    public Expr Computed(int position) => Local(Table.Columns[position].Computed!);

    /// <summary>An expression over the table's columns as one over the columns delivered.</summary>
    public Expr Local(Expr e) => ExprTree.Remap(e, i => Positions.IndexOf(i));

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => SourceChangelog.Of(Options, out _);

    public override string? NotYet =>
        SourceChangelog.Of(Options, out bool before) != ModifyKinds.Insert && !before ? "a source of updates without the rows before" : null;

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) =>
        Table.PrimaryKey.Length > 0 && Table.PrimaryKey.All(Positions.Contains) ? [[.. Table.PrimaryKey.Select(k => Positions.IndexOf(k))]] : [];

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => Distribution.Any;
}
