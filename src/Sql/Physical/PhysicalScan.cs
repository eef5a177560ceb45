using System.Collections.Immutable;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Reads a table.</summary>
/// <param name="Changelog">kinds of its rows.</param>
/// <param name="Positions">columns of the table in the order delivered: physical ones, then computed ones.</param>
public sealed record PhysicalScan(CatalogTable Table, ImmutableArray<TableOption> Options, ImmutableArray<int> Positions, ImmutableArray<RelColumn> Columns,
    SourceChangelog Changelog) : PhysicalNode([], Columns)
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

    public override ModifyKinds Emits(ImmutableArray<ModifyKinds> inputs) => Changelog.Kinds;

    public override UpdateKind GivesUpdates(UpdateKind asked, ImmutableArray<UpdateKind> inputs) => Changelog.Before ? UpdateKind.BeforeAndAfter : UpdateKind.After;

    public override ImmutableArray<ImmutableArray<int>> UpsertKeys(ImmutableArray<Traits> inputs) =>
        !Table.PrimaryKey.IsEmpty && Table.PrimaryKey.All(k => Positions.Contains(k)) ? [[.. Table.PrimaryKey.Select(k => Positions.IndexOf(k))]] : [];

    public override Distribution Gives(ImmutableArray<Distribution> inputs) => Distribution.Any;
}
