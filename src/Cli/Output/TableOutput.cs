using OrleansStream.Columns;
using Spectre.Console;

namespace OrleansStream.Cli.Output;

/// <summary>
/// The result as a table: in a terminal the last rows while they come, and everywhere the whole result once at the end.
/// </summary>
internal sealed class TableOutput : IResultOutput
{
    /// <summary>Rows kept of a result; the oldest go first, and the end says how many went.</summary>
    private const int Limit = 1_000_000;

    /// <summary>Rows that are drawn with a frame; longer results are plain text, in a terminal too.</summary>
    private const int Framed = 1_000;

    /// <summary>Lines of the screen that are not rows: borders, header, progress, the prompt.</summary>
    private const int Around = 8;

    private readonly TextWriter _to;
    private readonly IAnsiConsole? _terminal;
    private readonly Schema _schema;
    private readonly ResultTable _result = new(Limit);
    private readonly LiveTable? _live;
    private string _progress = "starting";

    /// <param name="terminal">null = <paramref name="to"/> is a file or a pipe.</param>
    public TableOutput(TextWriter to, IAnsiConsole? terminal, Schema schema)
    {
        (_to, _terminal, _schema) = (to, terminal, schema);
        if (terminal is not null) _live = new LiveTable(terminal);
    }

    public void Rows(Batch batch)
    {
        foreach (int row in BatchRows.Of(batch)) _result.Apply(batch.KindAt(row), [.. batch.Columns.Select(c => ValueText.Of(c, row))]);
        Show();
    }

    public void Progress(string line)
    {
        _progress = line;
        Show();
    }

    public void End()
    {
        _live?.Clear();
        if (_terminal is not null && _result.Count <= Framed) _terminal.Write(Render(_result.Rows));
        else PlainTable.Write(_to, [.. _schema.Fields.Select(f => f.Name)], [.. _schema.Fields.Select(f => f.Type.IsNumeric)], [.. _result.Rows]);
        _to.WriteLine($"{_result.Count} {(_result.Count == 1 ? "row" : "rows")}{(_result.Dropped > 0 ? $"; {_result.Dropped} older ones are not shown" : "")}");
        _to.Flush();
    }

    private void Show()
    {
        if (_live is null) return;
        int rows = Math.Max(3, _terminal!.Profile.Height - Around);
        _live.Show(() => new Rows(Render(_result.Last(rows)), new Text(_progress, new Style(decoration: Decoration.Dim))));
    }

    private Table Render(IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var field in _schema.Fields) table.AddColumn(new TableColumn(new Text(field.Name)) { Alignment = field.Type.IsNumeric ? Justify.Right : Justify.Left });
        foreach (string[] row in rows) table.AddRow(row.Select(v => new Text(v)));
        return table;
    }
}
