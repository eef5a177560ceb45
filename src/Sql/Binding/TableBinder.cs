using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>CREATE TABLE.</summary>
internal sealed class TableBinder(IFunctions functions, DiagnosticBag diagnostics)
{
    /// <summary>The table, or null after a finding.</summary>
    public CatalogTable? Bind(CreateTable syntax)
    {
        int before = diagnostics.Items.Count;
        var columns = new TableColumn[syntax.Columns.Length];
        CheckNames(syntax);
        ImmutableArray<int> key = Positions(syntax, syntax.PrimaryKey?.Columns ?? [], "PRIMARY KEY");
        ImmutableArray<int> partition = Positions(syntax, syntax.PartitionedBy, "PARTITIONED BY");
        for (int i = 0; i < columns.Length; i++) columns[i] = BindDeclared(syntax.Columns[i], key.Contains(i));
        if (diagnostics.Items.Count > before) return null;
        BindComputed(syntax, columns);
        if (diagnostics.Items.Count > before) return null;
        int rowtime = -1;
        Expr? watermark = syntax.Watermark is null ? null : BindWatermark(syntax.Watermark, columns, out rowtime);
        if (syntax.PrimaryKey is not null && key.Any(k => columns[k].Kind != ColumnKind.Physical))
            diagnostics.Error(Codes.TableDefinition, syntax.PrimaryKey.Span, "a primary key consists of physical columns");
        if (columns.All(c => c.Kind != ColumnKind.Physical))
            diagnostics.Error(Codes.TableDefinition, syntax.Table.Span, "a table needs at least one physical column");
        ImmutableArray<TableOption> options = BindOptions(syntax.Options);
        if (diagnostics.Items.Count > before) return null;
        return new CatalogTable(Catalog.Key(syntax.Table), [.. columns], rowtime, watermark, key, partition, options, syntax.Table.Span);
    }

    private void CheckNames(CreateTable syntax)
    {
        foreach (IGrouping<string, ColumnSyntax> same in syntax.Columns.GroupBy(c => c.Name.Name).Where(g => g.Count() > 1))
            diagnostics.Error(Codes.Duplicate, same.ElementAt(1).Name.Span, $"the column '{same.Key}' is declared twice");
    }

    private ImmutableArray<int> Positions(CreateTable syntax, ImmutableArray<Identifier> names, string clause)
    {
        var positions = ImmutableArray.CreateBuilder<int>();
        foreach (Identifier name in names)
        {
            int position = syntax.Columns.ToList().FindIndex(c => c.Name.Name == name.Name);
            if (position >= 0) positions.Add(position);
            else diagnostics.Error(Codes.UnknownColumn, name.Span, $"no column '{name.Name}' for {clause}", Suggest.DidYouMean(name.Name, syntax.Columns.Select(c => c.Name.Name)));
        }
        return positions.ToImmutable();
    }

    /// <summary>Physical and metadata columns; computed ones follow, once these have types.</summary>
    private TableColumn BindDeclared(ColumnSyntax column, bool key)
    {
        switch (column)
        {
            case PhysicalColumn p:
                SqlType type = TypeBinder.Bind(p.Type, diagnostics) ?? SqlType.Null;
                return new TableColumn(p.Name.Name, key ? type.NotNull : type, ColumnKind.Physical);
            case MetadataColumn m:
                return new TableColumn(m.Name.Name, TypeBinder.Bind(m.Type, diagnostics) ?? SqlType.Null, ColumnKind.Metadata) { Metadata = (m.Key ?? m.Name.Name, m.Virtual, m.Span) };
            default:
                return new TableColumn(column.Name.Name, SqlType.Null, ColumnKind.Computed);
        }
    }

    /// <summary>In declared order; each sees the declared columns and the computed ones before it.</summary>
    private void BindComputed(CreateTable syntax, TableColumn[] columns)
    {
        var known = new HashSet<int>(Enumerable.Range(0, columns.Length).Where(i => columns[i].Kind != ColumnKind.Computed));
        for (int i = 0; i < columns.Length; i++)
        {
            if (syntax.Columns[i] is not ComputedColumn computed) continue;
            // Columns that are not known yet have a name that no identifier can be.
            ImmutableArray<RelColumn> visible = [.. columns.Select((c, at) => new RelColumn(known.Contains(at) ? c.Name : "", c.Type))];
            var binder = new ExpressionBinder(Scope.Of(Catalog.Key(syntax.Table), visible), functions, diagnostics);
            Expr value = binder.Bind(computed.Value);
            if (value is BadExpr) continue;
            if (Proctime.Is(value))
            {
                columns[i] = columns[i] with { Type = value.Type, Computed = value, Time = TimeKind.Processing };
            }
            else
            {
                columns[i] = columns[i] with { Type = value.Type, Computed = value };
            }
            known.Add(i);
        }
    }

    private Expr? BindWatermark(WatermarkSyntax syntax, TableColumn[] columns, out int rowtime)
    {
        rowtime = Array.FindIndex(columns, c => c.Name == syntax.Column.Text);
        if (rowtime < 0)
        {
            diagnostics.Error(Codes.UnknownColumn, syntax.Column.Span, $"no column '{syntax.Column.Text}' for WATERMARK", Suggest.DidYouMean(syntax.Column.Text, columns.Select(c => c.Name)));
            return null;
        }
        SqlType type = columns[rowtime].Type;
        if (!type.IsTimestamp || type.Precision > 3)
        {
            string? help = type.IsTimestamp ? "declare it TIMESTAMP(3)" : "compute one: ts AS TO_TIMESTAMP(…)";
            diagnostics.Error(Codes.Watermark, syntax.Column.Span, $"a watermark needs a TIMESTAMP(3) or TIMESTAMP_LTZ(3), '{syntax.Column.Text}' is {type.WithNullable(true)}", help);
            return null;
        }
        if (syntax.Value is CallExpression call && call.Function.Text.Equals("SOURCE_WATERMARK", StringComparison.OrdinalIgnoreCase))
        {
            diagnostics.Error(Codes.NotSupported, syntax.Value.Span, "SOURCE_WATERMARK() is not supported: no connector makes watermarks", "write an expression: ts - INTERVAL '5' SECOND");
            return null;
        }
        ImmutableArray<RelColumn> visible = [.. columns.Select(c => new RelColumn(c.Name, c.Type))];
        Expr value = new ExpressionBinder(Scope.Of(null, visible), functions, diagnostics).Bind(syntax.Value);
        if (value is BadExpr) return null;
        if (value.Type.Kind != type.Kind)
        {
            diagnostics.Error(Codes.Watermark, syntax.Value.Span, $"a watermark has the type of its column, {type.WithNullable(true)}; this is {value.Type.WithNullable(true)}");
            return null;
        }
        columns[rowtime] = columns[rowtime] with { Time = TimeKind.Event };
        return Casts.To(value, type);
    }

    private ImmutableArray<TableOption> BindOptions(ImmutableArray<OptionSyntax> options)
    {
        foreach (IGrouping<string, OptionSyntax> same in options.GroupBy(o => o.Key.Value).Where(g => g.Count() > 1))
            diagnostics.Error(Codes.Duplicate, same.ElementAt(1).Key.Span, $"the option '{same.Key}' is given twice");
        return [.. options.Select(o => new TableOption(o.Key.Value, o.Value.Value, o.Key.Span, o.Value.Span))];
    }
}
