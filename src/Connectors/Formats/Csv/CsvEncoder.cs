using System.Buffers;
using System.Buffers.Text;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>
/// Rows into lines of CSV, as Flink's format writes them, with Jackson's rule for quotes: around a text that is longer than 24 characters or has one that is not
/// greater than delimiter and quote, or an escape.
/// </summary>
public sealed class CsvEncoder : IFormatEncoder
{
    private const int MaxUnquoted = 24;

    private readonly CsvOptions _options;
    private readonly ValueNode[] _columns;
    private readonly SearchValues<byte> _quoted, _doubled;
    private readonly byte[] _null;
    private readonly ArrayBufferWriter<byte> _scratch = new();

    /// <exception cref="OptionException">a column's type that CSV cannot hold.</exception>
    public CsvEncoder(Schema schema, CsvOptions options)
    {
        _options = options;
        _columns = ValueNode.Of(schema);
        foreach (var c in _columns) if (c.Op == ValueOp.Map) throw new OptionException($"format 'csv': column '{c.Name}' of type {c.Type} cannot be written");
        _null = options.NullLiteral ?? [];
        int safe = Math.Max(Math.Max(options.Delimiter, options.Quote ?? 0), (byte)'\r') + 1;
        byte escape = options.Escape ?? (byte)'\\';
        _quoted = SearchValues.Create([.. Enumerable.Range(0, safe).Select(i => (byte)i), escape]);
        _doubled = SearchValues.Create([options.Quote ?? 0, options.Escape ?? options.Quote ?? 0]);
    }

    public void Encode(Batch batch, IBufferWriter<byte> to)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].Bind(batch.Columns[c]);
        var w = new ByteWriter(to);
        if (batch.Selection is { } s) foreach (int row in s.Rows) Row(ref w, row);
        else for (int row = 0; row < batch.Length; row++) Row(ref w, row);
        w.Flush();
    }

    private void Row(ref ByteWriter w, int row)
    {
        for (int c = 0; c < _columns.Length; c++)
        {
            if (c > 0) w.Byte(_options.Delimiter);
            var node = _columns[c];
            if (node.Column.IsNull(row)) w.Bytes(_null);
            else if (node.Op == ValueOp.Text) Quoted(ref w, node.Text[row]);
            else if (node.Op is ValueOp.Boolean or (>= ValueOp.Int8 and <= ValueOp.Double)) Plain(ref w, node, row);
            else
            {
                _scratch.ResetWrittenCount();
                var inner = new ByteWriter(_scratch);
                Plain(ref inner, node, row);
                inner.Flush();
                Quoted(ref w, _scratch.WrittenSpan);
            }
        }

        w.Byte((byte)'\n');
    }

    private void Quoted(ref ByteWriter w, ReadOnlySpan<byte> text)
    {
        bool quote = _options.Quote is not null
            && (text.IndexOfAny(_quoted) >= 0 || (text.Length > MaxUnquoted && Encoding.UTF8.GetCharCount(text) > MaxUnquoted));
        if (!quote)
        {
            w.Bytes(text);
            return;
        }

        w.Byte(_options.Quote!.Value);
        while (true)
        {
            int at = text.IndexOfAny(_doubled);
            if (at < 0) break;
            w.Bytes(text[..(at + 1)]);
            w.Byte(text[at]);
            text = text[(at + 1)..];
        }

        w.Bytes(text);
        w.Byte(_options.Quote.Value);
    }

    private void Plain(ref ByteWriter w, ValueNode node, int row)
    {
        if (node.Column.IsNull(row))
        {
            w.Bytes(_null);
            return;
        }

        var decimals = _options.ScientificDecimals ? DecimalForm.Stripped : DecimalForm.Plain;
        switch (node.Op)
        {
            case ValueOp.Text: w.Bytes(node.Text[row]); break;
            case ValueOp.Int64 or ValueOp.Millis: w.Integer(node.Fixed<long>().Values[row]); break;
            case ValueOp.Int32 or ValueOp.Months: w.Integer(node.Fixed<int>().Values[row]); break;
            case ValueOp.Int16: w.Integer(node.Fixed<short>().Values[row]); break;
            case ValueOp.Int8: w.Integer((sbyte)node.Fixed<byte>().Values[row]); break;
            case ValueOp.Boolean: w.Bytes(node.Fixed<byte>().Values[row] != 0 ? "true"u8 : "false"u8); break;
            case ValueOp.Float: ValueText.Float(ref w, node.Fixed<float>().Values[row]); break;
            case ValueOp.Double: ValueText.Double(ref w, node.Fixed<double>().Values[row]); break;
            case ValueOp.Decimal64: ValueText.Decimal(ref w, node.Fixed<long>().Values[row], node.Type.Scale, decimals); break;
            case ValueOp.Decimal128: ValueText.Decimal(ref w, node.Fixed<Int128>().Values[row], node.Type.Scale, decimals); break;
            case ValueOp.Date: ValueText.Date(ref w, node.Fixed<int>().Values[row]); break;
            case ValueOp.Time: ValueText.Time(ref w, node.Fixed<int>().Values[row] * 1_000_000L, Fraction.Shortest, dropSeconds: false); break;
            case ValueOp.Binary: Binary(ref w, node.Text[row]); break;
            case ValueOp.List: List(ref w, node, row); break;
            case ValueOp.Row: Fields(ref w, node, row); break;
            case ValueOp.Null: w.Bytes(_null); break;
            default: Timestamp(ref w, node, row); break;
        }
    }

    private static void Timestamp(ref ByteWriter w, ValueNode node, int row)
    {
        if (node.Op is ValueOp.TimestampMs or ValueOp.LtzMs) ValueText.TimestampMs(ref w, node.Fixed<long>().Values[row], (byte)' ', Fraction.Shortest);
        else ValueText.TimestampNs(ref w, node.Fixed<Int128>().Values[row], (byte)' ', Fraction.Shortest);
        if (node.Op is ValueOp.LtzMs or ValueOp.LtzNs) w.Byte((byte)'Z');
    }

    private static void Binary(ref ByteWriter w, ReadOnlySpan<byte> value)
    {
        Base64.EncodeToUtf8(value, w.Room(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out int written);
        w.Advance(written);
    }

    private void List(ref ByteWriter w, ValueNode node, int row)
    {
        var offsets = ((ListColumn)node.Column).Offsets;
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            if (i > offsets[row]) w.Bytes(_options.ArrayDelimiter);
            Plain(ref w, node.Children[0], i);
        }
    }

    private void Fields(ref ByteWriter w, ValueNode node, int row)
    {
        for (int i = 0; i < node.Children.Length; i++)
        {
            if (i > 0) w.Bytes(_options.ArrayDelimiter);
            Plain(ref w, node.Children[i], row);
        }
    }
}
