using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>VALUES is a source of row numbers and a projection that says what stands in which row.</summary>
internal static class ValuesAsScan
{
    private const string Connector = "row-numbers";
    private static readonly SqlType s_number = SqlType.Int.NotNull;

    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, n => n is LogicalValues v ? Scan(v) : n);

    private static LogicalProject Scan(LogicalValues values)
    {
        string rows = values.Rows.Length.ToString(CultureInfo.InvariantCulture);
        ImmutableArray<TableOption> options = [new TableOption("connector", Connector, default, default), new TableOption("rows", rows, default, default)];
        var table = new CatalogTable("VALUES", [new TableColumn("row", s_number, ColumnKind.Physical)], -1, null, [], [], options, default);
        var scan = new LogicalScan(table, options, [0], table.QueryColumns);
        return new LogicalProject(scan, [.. values.Columns.Select((c, i) => Column(values, i, c.Type))], values.Columns);
    }

    private static Expr Column(LogicalValues values, int column, SqlType type)
    {
        if (values.Rows.Length == 1) return values.Rows[0][column];
        var arguments = ImmutableArray.CreateBuilder<Expr>();
        for (int row = 0; row < values.Rows.Length - 1; row++)
        {
            var number = new LiteralExpr(row.ToString(CultureInfo.InvariantCulture), s_number);
            arguments.Add(new CallExpr("=", [new ColumnExpr(0, s_number), number], SqlType.Boolean.NotNull));
            arguments.Add(values.Rows[row][column]);
        }
        arguments.Add(values.Rows[^1][column]);
        return new CallExpr("CASE", arguments.ToImmutable(), type);
    }
}
