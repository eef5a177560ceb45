using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>Lines of CSV into columns; fields belong to the table's columns by position. Fields that nobody reads are only stepped over.</summary>
public sealed class CsvDecoder : IFormatDecoder
{
    private readonly CsvOptions _options;
    private readonly Func<string> _origin;
    private readonly ValueNode[] _nodes;
    private readonly int[] _columnOf; // per field: the column to fill, or −1
    private readonly CsvValue _value;
    private byte[] _scratch = [];
    private string? _reason;
    private int _errorAt;

    /// <param name="table">every field of a record.</param>
    /// <param name="projection">the fields that are read, in the order of the columns to fill.</param>
    /// <param name="origin">file or partition, for messages.</param>
    public CsvDecoder(Schema table, ImmutableArray<int> projection, CsvOptions options, Func<string> origin)
    {
        _options = options;
        _origin = origin;
        _value = new CsvValue(options);
        _nodes = [.. projection.Select(c => new ValueNode(table[c].Type, table[c].Name))];
        _columnOf = new int[table.Count];
        _columnOf.AsSpan().Fill(-1);
        for (int i = 0; i < projection.Length; i++) _columnOf[projection[i]] = i;
    }

    public Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows)
    {
        var scanner = new CsvScanner(input, _options);
        int at = 0, rows = 0, records = 0;
        while (rows < maxRows && at < input.Length)
        {
            int start = at;
            if (SkipsLine(ref scanner, input, ref at)) continue;
            records++;
            if (Record(ref scanner, input, ref at, to, to.Count + rows))
            {
                rows++;
                continue;
            }

            foreach (var c in to.Columns) c.Truncate(to.Count + rows);
            if (_options.IgnoreParseErrors) continue;
            int line = input[..start].Count((byte)'\n') + 1;
            throw new MalformedRecordException($"malformed CSV: {_reason}", _origin(), line, _errorAt - start + 1);
        }

        to.Advance(rows);
        return new Decoded(at, records, records - rows);
    }

    /// <summary>The length of the whole records at the start of <paramref name="bytes"/>: a line feed between quotes ends none.</summary>
    public static int WholeRecords(ReadOnlySpan<byte> bytes, CsvOptions options)
    {
        bool plain = (options.Quote is not { } q || !bytes.Contains(q)) && (options.Escape is not { } e || !bytes.Contains(e));
        if (plain) return bytes.LastIndexOf((byte)'\n') + 1;
        var scanner = new CsvScanner(bytes, options);
        int whole = 0, at = 0;
        while (at < bytes.Length)
        {
            CsvFields.Read(ref scanner, bytes, at, options, out var field);
            at = field.End + 1;
            if (field.End < bytes.Length && bytes[field.End] == '\n') whole = at;
        }

        return whole;
    }

    // Blank lines and comments are no records.
    private bool SkipsLine(ref CsvScanner scanner, ReadOnlySpan<byte> s, ref int at)
    {
        bool blank = s[at] == '\n' || (s[at] == '\r' && at + 1 < s.Length && s[at + 1] == '\n');
        if (!blank && !(_options.Comments && s[at] == '#')) return false;
        int mark;
        do mark = scanner.Next();
        while (mark < s.Length && s[mark] != '\n');
        at = Math.Min(mark + 1, s.Length);
        return true;
    }

    // Reads to the end of the record in any case.
    private bool Record(ref CsvScanner scanner, ReadOnlySpan<byte> s, ref int at, BatchBuilder to, int row)
    {
        bool good = true;
        int f = 0;
        for (bool last = false; !last; f++)
        {
            int start = at;
            int wrong = CsvFields.Read(ref scanner, s, start, _options, out var field);
            last = field.End >= s.Length || s[field.End] == '\n';
            at = Math.Min(field.End + 1, s.Length);
            if (!good) continue;
            if (wrong >= 0) good = Fail(wrong, field.End >= s.Length && wrong == start ? "the quote is not closed" : "unexpected text after a quote");
            else if (f >= _columnOf.Length) good = Fail(start, $"more than {_columnOf.Length} fields");
            else if (_columnOf[f] is >= 0 and int c && !Value(_nodes[c], in field, to.Columns[c], row)) good = Fail(start, Misfit(_nodes[c], field.Text));
        }

        if (!good || f >= _columnOf.Length) return good;
        if (!_options.IgnoreParseErrors) return Fail(at, $"{f} fields, {_columnOf.Length} expected");
        for (; f < _columnOf.Length; f++) if (_columnOf[f] >= 0) to.Columns[_columnOf[f]].AppendNulls(1);
        return true;
    }

    private bool Value(ValueNode node, in CsvField field, ColumnBuilder to, int row)
    {
        var text = field.Text;
        if (field.Escaped)
        {
            if (_scratch.Length < text.Length) _scratch = new byte[text.Length];
            text = _scratch.AsSpan(0, CsvFields.Unescape(text, _options, _scratch));
        }

        if (_value.Append(node, text, to)) return true;
        if (!_options.IgnoreParseErrors) return false;
        to.Truncate(row);
        to.AppendNulls(1);
        return true;
    }

    private static string Misfit(ValueNode node, ReadOnlySpan<byte> text) =>
        $"field '{node.Name}': '{System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)])}' is no {node.Type}";

    private bool Fail(int at, string reason)
    {
        (_errorAt, _reason) = (at, reason);
        return false;
    }
}
