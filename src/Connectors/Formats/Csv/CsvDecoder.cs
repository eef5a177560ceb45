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
    private readonly CsvGrid? _grid; // null where records cannot be read in groups
    private readonly CsvColumns? _columns;
    private byte[] _scratch = [];
    private string? _reason;
    private int _errorAt, _recordAt;

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

        // With one field a blank line looks like a record.
        if (options is not { Escape: null, Comments: false } || table.Count < 2) return;
        _grid = new CsvGrid(options, table.Count);
        _columns = new CsvColumns(options, _grid, table.Count, Value);
    }

    public IMalformedRecords? Malformed { get; set; }

    public Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows)
    {
        _position = position;
        var at = new Cursor { First = to.Count };
        bool regular = _options.Escape is null;
        while (at.Rows < maxRows && at.Bytes < input.Length)
        {
            if (regular && ReadGroup(input, ref at, to, maxRows)) continue;
            if (regular)
            {
                int most = _grid is null ? maxRows : Math.Min(maxRows, at.Rows + _grid.MaxRecords);
                var marks = new CsvMarks(input, at.Bytes, _options);
                regular = ReadRegular(ref marks, input, ref at, to, most);
            }
            else
            {
                // The rest of this input character by character: quotes of another kind seldom come alone.
                var scanner = new CsvScanner(input, at.Bytes, _options);
                while (at.Rows < maxRows && at.Bytes < input.Length) Take(Record(ref scanner, input, ref at, to), input, ref at, to);
            }
        }

        to.Advance(at.Rows);
        return new Decoded(at.Bytes, at.Records, at.Records - at.Rows);
    }

    private long _position;

    private struct Cursor
    {
        public int First, Bytes, Rows, Records;

        public readonly int Row => First + Rows;
    }

    private enum Outcome : byte
    {
        Row,
        Nothing,
        Malformed,

        /// <summary>The record's quotes are not as they should be; nothing of it is read.</summary>
        Irregular,
    }

    // Some records, column by column; false = nothing was read.
    private bool ReadGroup(ReadOnlySpan<byte> input, ref Cursor at, BatchBuilder to, int maxRows)
    {
        int records = _grid is null ? 0 : _grid.Scan(input, at.Bytes, Math.Min(_grid.MaxRecords, maxRows - at.Rows));
        if (records == 0) return false;
        for (int f = 0; f < _columnOf.Length; f++)
        {
            int c = _columnOf[f];
            if (c < 0 || _columns!.Fill(_nodes[c], f, input, at.Bytes, records, to.Columns[c])) continue;
            foreach (var column in to.Columns) column.Truncate(at.Row);
            return false;
        }

        at.Bytes = _grid!.Ends[(records * _columnOf.Length) - 1] + 1;
        at.Rows += records;
        at.Records += records;
        return true;
    }

    private bool ReadRegular(scoped ref CsvMarks marks, ReadOnlySpan<byte> input, ref Cursor at, BatchBuilder to, int maxRows)
    {
        while (at.Rows < maxRows && at.Bytes < input.Length)
        {
            var outcome = Record(ref marks, input, ref at, to);
            if (outcome == Outcome.Irregular) return false;
            Take(outcome, input, ref at, to);
        }

        return true;
    }

    private void Take(Outcome outcome, ReadOnlySpan<byte> input, ref Cursor at, BatchBuilder to)
    {
        if (outcome == Outcome.Nothing) return;
        at.Records++;
        if (outcome == Outcome.Row)
        {
            at.Rows++;
            return;
        }

        foreach (var c in to.Columns) c.Truncate(at.Row);
        if (Malformed is not null)
        {
            Malformed.Add(input[_recordAt..at.Bytes].TrimEnd("\r\n"u8), _position + _recordAt, $"malformed CSV: {_reason ?? "it is no CSV"}");
            return;
        }

        if (_options.IgnoreParseErrors) return;
        int line = input[.._recordAt].Count((byte)'\n') + 1;
        throw new MalformedRecordException($"malformed CSV: {_reason}", _origin(), line, _errorAt - _recordAt + 1);
    }

    /// <summary>The length of the whole records at the start of <paramref name="bytes"/>: a line feed between quotes ends none.</summary>
    public static int WholeRecords(ReadOnlySpan<byte> bytes, CsvOptions options)
    {
        bool plain = (options.Quote is not { } q || !bytes.Contains(q)) && (options.Escape is not { } e || !bytes.Contains(e));
        if (plain) return bytes.LastIndexOf((byte)'\n') + 1;
        if (options is { Escape: null, Comments: false })
        {
            int whole = CsvGrid.AfterLastLine(bytes, options.Delimiter, options.Quote!.Value);
            if (whole >= 0) return whole;
        }

        var scanner = new CsvScanner(bytes, 0, options);
        int last = 0, at = 0;
        while (at < bytes.Length)
        {
            CsvFields.Read(ref scanner, bytes, at, options, out var field);
            at = field.End + 1;
            if (field.End < bytes.Length && bytes[field.End] == '\n') last = at;
        }

        return last;
    }

    // Blank lines and comments are no records.
    private bool IsRecord(ReadOnlySpan<byte> s, int at) =>
        s[at] != '\n' && !(s[at] == '\r' && at + 1 < s.Length && s[at + 1] == '\n') && !(_options.Comments && s[at] == '#');

    private Outcome Record(scoped ref CsvMarks marks, ReadOnlySpan<byte> s, ref Cursor at, BatchBuilder to)
    {
        int start = at.Bytes, f = 0;
        if (!IsRecord(s, start))
        {
            // A comment may hold quotes: they are no quotes there, so what follows cannot be told by parity.
            int line = marks.Next();
            if (s[start] == '#' || marks.Irregular) return Outcome.Irregular;
            at.Bytes = Math.Min(line + 1, s.Length);
            return Outcome.Nothing;
        }

        _recordAt = start;
        bool good = true;
        int quote = _options.Quote ?? -1, p = start;
        for (bool last = false; !last; f++)
        {
            // Of a field that nobody reads only its end matters.
            bool read = (uint)f >= (uint)_columnOf.Length || _columnOf[f] >= 0;
            int end;
            if (read)
            {
                if (!CsvFields.TryRead(ref marks, s, p, quote, out var field)) return GiveUp(to, at.Row);
                end = field.End;
                if (good) good = Field(f, p, in field, to, at.Row);
            }
            else
            {
                end = marks.Next();
                if (marks.Irregular) return GiveUp(to, at.Row);
            }

            last = end >= s.Length || s[end] == '\n';
            p = Math.Min(end + 1, s.Length);
        }

        at.Bytes = p;
        return good && EndRecord(f, p, to) ? Outcome.Row : Outcome.Malformed;
    }

    private static Outcome GiveUp(BatchBuilder to, int row)
    {
        foreach (var c in to.Columns) c.Truncate(row);
        return Outcome.Irregular;
    }

    private Outcome Record(scoped ref CsvScanner scanner, ReadOnlySpan<byte> s, ref Cursor at, BatchBuilder to)
    {
        int p = at.Bytes, f = 0;
        if (!IsRecord(s, p))
        {
            int mark;
            do mark = scanner.Next();
            while (mark < s.Length && s[mark] != '\n');
            at.Bytes = Math.Min(mark + 1, s.Length);
            return Outcome.Nothing;
        }

        _recordAt = p;
        bool good = true;
        for (bool last = false; !last; f++)
        {
            int wrong = CsvFields.Read(ref scanner, s, p, _options, out var field);
            last = field.End >= s.Length || s[field.End] == '\n';
            if (good)
                good = wrong < 0 ? Field(f, p, in field, to, at.Row) : Fail(wrong, field.End >= s.Length && wrong == p ? "the quote is not closed" : "unexpected text after a quote");
            p = Math.Min(field.End + 1, s.Length);
        }

        at.Bytes = p;
        return good && EndRecord(f, p, to) ? Outcome.Row : Outcome.Malformed;
    }

    private bool Field(int f, int start, in CsvField field, BatchBuilder to, int row)
    {
        if (f >= _columnOf.Length) return Fail(start, $"more than {_columnOf.Length} fields");
        int c = _columnOf[f];
        return c < 0 || Value(_nodes[c], in field, to.Columns[c], row) || Fail(start, Misfit(_nodes[c], field.Text));
    }

    private bool EndRecord(int fields, int at, BatchBuilder to)
    {
        if (fields >= _columnOf.Length) return true;
        if (!_options.IgnoreParseErrors) return Fail(at, $"{fields} fields, {_columnOf.Length} expected");
        for (; fields < _columnOf.Length; fields++) if (_columnOf[fields] >= 0) to.Columns[_columnOf[fields]].AppendNulls(1);
        return true;
    }

    private bool Value(ValueNode node, in CsvField field, ColumnBuilder to, int row)
    {
        var text = field.Text;
        if (field.Escaped && (_options.Escape is not null || text.Contains(_options.Quote!.Value)))
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
