using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>
/// Lines of JSON into columns: a scanner that knows the schema, reads each byte about once, and builds no tree. Unknown fields are checked to be JSON and skipped.
/// </summary>
public class JsonDecoder : IFormatDecoder
{
    private readonly JsonObject _root;
    private readonly JsonReader _reader;
    private readonly JsonOptions _options;
    private readonly Func<string> _origin;
    private byte[] _tail = [];
    private long _position;

    /// <param name="schema">columns to fill: fields of the record by name.</param>
    /// <param name="origin">file or partition, for messages.</param>
    public JsonDecoder(Schema schema, JsonOptions options, Func<string> origin) : this(new JsonObject(schema.Fields), options, origin)
    {
    }

    private protected JsonDecoder(JsonObject root, JsonOptions options, Func<string> origin)
    {
        _root = root;
        _reader = new JsonReader(options);
        _options = options;
        _origin = origin;
    }

    public IMalformedRecords? Malformed { get; set; }

    public Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows)
    {
        _position = position;
        Bind(_root, to);
        int lines = input.LastIndexOf((byte)'\n') + 1;
        var at = new Cursor(to.Count);
        while (at.Rows < maxRows && at.Bytes < lines) Line(input[..lines], ref at);
        if (at.Rows < maxRows && at.Bytes == lines && lines < input.Length)
        {
            // The last record has no line feed, which the scanner needs as an end.
            int rest = input.Length - lines;
            if (_tail.Length < rest + 1) _tail = new byte[rest + 1];
            input[lines..].CopyTo(_tail);
            _tail[rest] = (byte)'\n';
            _position += lines;
            var tail = new Cursor(at.First + at.Rows) { Line = at.Line };
            Line(_tail.AsSpan(0, rest + 1), ref tail);
            at.Bytes = input.Length;
            at.Rows += tail.Rows;
            at.Records += tail.Records;
        }

        Finish(to, at.Rows);
        to.Advance(at.Rows);
        return new Decoded(at.Bytes, at.Records, at.Records - at.Rows);
    }

    /// <summary>Points the fields of a record at the columns to fill.</summary>
    private protected virtual void Bind(JsonObject root, BatchBuilder to) => root.Bind(to.Columns);

    /// <summary>Adds what is not a column to rows that the columns have got.</summary>
    private protected virtual void Finish(BatchBuilder to, int rows)
    {
    }

    private struct Cursor(int first)
    {
        public readonly int First = first;
        public int Bytes, Rows, Records, Line;
    }

    // One line: a record, blank, or malformed.
    private void Line(ReadOnlySpan<byte> s, ref Cursor at)
    {
        int start = at.Bytes;
        int p = JsonScan.SkipSpace(s, start);
        if (s[p] != '\n')
        {
            at.Records++;
            int row = at.First + at.Rows;
            p = s[p] == '{' ? _reader.Object(_root, s, p, row) : ~p;
            if (p >= 0)
            {
                p = JsonScan.SkipSpace(s, p);
                if (s[p] != '\n') p = ~p;
            }

            if (p >= 0) at.Rows++;
            else
            {
                p = ~p;
                foreach (var f in _root.Fields) f.To.Truncate(row);
                if (Malformed is null && !_options.IgnoreParseErrors) throw Failure(s, start, p, at.Line + 1);
                string? reason = Malformed is null ? null : Reason(s, p);
                p += s[p..].IndexOf((byte)'\n');
                Malformed?.Add(s[start..p].TrimEnd((byte)'\r'), _position + start, reason!);
            }
        }

        at.Bytes = p + 1;
        at.Line++;
    }

    private MalformedRecordException Failure(ReadOnlySpan<byte> s, int start, int p, int line) => new(Reason(s, p), _origin(), line, p - start + 1);

    private string Reason(ReadOnlySpan<byte> s, int p) =>
        $"malformed JSON: {_reader.TakeReason() ?? (s[p] == '\n' ? "the record ends too early" : $"unexpected '{Shown(s[p])}'")}";

    private static string Shown(byte c) => c is >= 0x20 and < 0x7F ? ((char)c).ToString() : $"\\x{c:X2}";
}
