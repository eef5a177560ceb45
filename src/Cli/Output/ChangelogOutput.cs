using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>
/// Every change as a line, as it comes: the kind, then the columns. A column is as wide as its type usually needs, and wider from the row on that needs more.
/// </summary>
internal sealed class ChangelogOutput : IResultOutput
{
    private readonly TextWriter _to;
    private readonly Schema _schema;
    private readonly int[] _widths;
    private readonly int _headerEvery;
    private long _rows;

    /// <param name="headerEvery">repeat the header after so many rows (a terminal's height); 0 = never.</param>
    public ChangelogOutput(TextWriter to, Schema schema, int headerEvery)
    {
        (_to, _schema, _headerEvery) = (to, schema, headerEvery);
        _widths = [.. schema.Fields.Select(f => Math.Max(f.Name.Length, Usual(f.Type)))];
        if (headerEvery == 0) Header();
    }

    public void Rows(Batch batch)
    {
        foreach (int row in BatchRows.Of(batch))
        {
            if (_headerEvery > 0 && _rows % _headerEvery == 0) Header();
            _rows++;
            Line(batch.KindAt(row).Code(), batch.Columns.Select(c => ValueText.Of(c, row)));
        }

        _to.Flush();
    }

    public void Progress(string line)
    {
    }

    public void End() => _to.Flush();

    private void Header() => Line("op", _schema.Fields.Select(f => f.Name));

    private void Line(string op, IEnumerable<string> values)
    {
        _to.Write(op);
        int c = 0;
        foreach (string value in values)
        {
            _widths[c] = Math.Max(_widths[c], value.Length);
            _to.Write("  ");
            bool last = c == _widths.Length - 1;
            _to.Write(_schema[c].Type.IsNumeric ? value.PadLeft(_widths[c]) : last ? value : value.PadRight(_widths[c]));
            c++;
        }

        _to.WriteLine();
    }

    /// <summary>Characters that values of a type usually take.</summary>
    private static int Usual(SqlType type) => type.Kind switch
    {
        TypeKind.Boolean => 5,
        TypeKind.TinyInt or TypeKind.SmallInt => 6,
        TypeKind.Date => 10,
        TypeKind.Timestamp or TypeKind.TimestampLtz => type.Precision == 0 ? 19 : 20 + type.Precision,
        _ => 12,
    };
}
