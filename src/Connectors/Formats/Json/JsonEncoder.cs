using System.Buffers;
using System.Buffers.Text;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>Rows into lines of JSON, as Flink's format writes them: fields in order, no spaces, NULL written unless told otherwise.</summary>
public sealed class JsonEncoder : IFormatEncoder
{
    private readonly ValueNode[] _columns;
    private readonly JsonOptions _options;
    private readonly byte _separator;
    private readonly DecimalForm _decimals;

    public JsonEncoder(Schema schema, JsonOptions options)
    {
        _options = options;
        _columns = ValueNode.Of(schema);
        _separator = (byte)(options.Iso ? 'T' : ' ');
        _decimals = options.PlainDecimals ? DecimalForm.Plain : DecimalForm.Stripped;
        foreach (var c in _columns) Name(c);
    }

    public void Encode(Batch batch, IBufferWriter<byte> to)
    {
        Bind(batch);
        var w = new ByteWriter(to);
        if (batch.Selection is { } s)
        {
            foreach (int row in s.Rows)
            {
                Row(ref w, row);
                w.Byte((byte)'\n');
            }
        }
        else
        {
            for (int row = 0; row < batch.Length; row++)
            {
                Row(ref w, row);
                w.Byte((byte)'\n');
            }
        }

        w.Flush();
    }

    /// <summary>Turns to the columns of a batch.</summary>
    internal void Bind(Batch batch)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].Bind(batch.Columns[c]);
    }

    /// <summary>Writes one row of the bound batch as an object.</summary>
    internal void Row(ref ByteWriter w, int row) => Object(ref w, _columns, row);

    private void Object(ref ByteWriter w, ValueNode[] nodes, int row)
    {
        w.Byte((byte)'{');
        bool first = true;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (_options.IgnoreNullFields && nodes[i].Column.IsNull(row)) continue;
            if (!first) w.Byte((byte)',');
            first = false;
            w.Bytes(nodes[i].Label);
            Value(ref w, nodes[i], row);
        }

        w.Byte((byte)'}');
    }

    private void Value(ref ByteWriter w, ValueNode node, int row)
    {
        if (node.Column.IsNull(row))
        {
            w.Bytes("null"u8);
            return;
        }

        switch (node.Op)
        {
            case ValueOp.Int64: w.Integer(node.Fixed<long>().Values[row]); break;
            case ValueOp.Text: Text(ref w, node.Text[row]); break;
            case ValueOp.Boolean: w.Bytes(node.Fixed<byte>().Values[row] != 0 ? "true"u8 : "false"u8); break;
            case ValueOp.Int8: w.Integer((sbyte)node.Fixed<byte>().Values[row]); break;
            case ValueOp.Int16: w.Integer(node.Fixed<short>().Values[row]); break;
            case ValueOp.Int32 or ValueOp.Months: w.Integer(node.Fixed<int>().Values[row]); break;
            case ValueOp.Millis: w.Integer(node.Fixed<long>().Values[row]); break;
            case ValueOp.Decimal64: ValueText.Decimal(ref w, node.Fixed<long>().Values[row], node.Type.Scale, _decimals); break;
            case ValueOp.Decimal128: ValueText.Decimal(ref w, node.Fixed<Int128>().Values[row], node.Type.Scale, _decimals); break;
            case ValueOp.Float: Floating(ref w, node, row); break;
            case ValueOp.Double: Floating(ref w, node, row); break;
            case ValueOp.Binary: Binary(ref w, node.Text[row]); break;
            case ValueOp.Row: Object(ref w, node.Children, row); break;
            case ValueOp.List: List(ref w, node, row); break;
            case ValueOp.Map: Map(ref w, node, row); break;
            case ValueOp.Null: w.Bytes("null"u8); break;
            default: Temporal(ref w, node, row); break;
        }
    }

    // NaN and infinities have no JSON number: quoted, as Jackson writes them.
    private static void Floating(ref ByteWriter w, ValueNode node, int row)
    {
        double v = node.Op == ValueOp.Double ? node.Fixed<double>().Values[row] : node.Fixed<float>().Values[row];
        bool quote = !double.IsFinite(v);
        if (quote) w.Byte((byte)'"');
        if (node.Op == ValueOp.Double) ValueText.Double(ref w, v);
        else ValueText.Float(ref w, (float)v);
        if (quote) w.Byte((byte)'"');
    }

    private void Temporal(ref ByteWriter w, ValueNode node, int row)
    {
        w.Byte((byte)'"');
        switch (node.Op)
        {
            case ValueOp.Date: ValueText.Date(ref w, node.Fixed<int>().Values[row]); break;
            case ValueOp.Time: ValueText.Time(ref w, node.Fixed<int>().Values[row] * 1_000_000L, Fraction.Shortest, dropSeconds: false); break;
            case ValueOp.TimestampMs or ValueOp.LtzMs: ValueText.TimestampMs(ref w, node.Fixed<long>().Values[row], _separator, Fraction.Shortest); break;
            default: ValueText.TimestampNs(ref w, node.Fixed<Int128>().Values[row], _separator, Fraction.Shortest); break;
        }

        if (node.Op is ValueOp.LtzMs or ValueOp.LtzNs) w.Byte((byte)'Z');
        w.Byte((byte)'"');
    }

    private void List(ref ByteWriter w, ValueNode node, int row)
    {
        var offsets = ((ListColumn)node.Column).Offsets;
        w.Byte((byte)'[');
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            if (i > offsets[row]) w.Byte((byte)',');
            Value(ref w, node.Children[0], i);
        }

        w.Byte((byte)']');
    }

    private void Map(ref ByteWriter w, ValueNode node, int row)
    {
        var offsets = ((MapColumn)node.Column).Offsets;
        var key = node.Children[0];
        w.Byte((byte)'{');
        bool first = true;
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            bool none = key.Column.IsNull(i);
            if (none && _options.NullKey == MapNullKey.Drop) continue;
            if (none && _options.NullKey == MapNullKey.Fail)
                throw new InvalidDataException("JSON has no NULL as a map key; set 'map-null-key.mode' to DROP or LITERAL");
            if (!first) w.Byte((byte)',');
            first = false;
            if (none) Text(ref w, Encoding.UTF8.GetBytes(_options.NullKeyLiteral));
            else if (key.Op == ValueOp.Text) Text(ref w, key.Text[i]);
            else
            {
                w.Byte((byte)'"');
                Value(ref w, key, i);
                w.Byte((byte)'"');
            }

            w.Byte((byte)':');
            Value(ref w, node.Children[1], i);
        }

        w.Byte((byte)'}');
    }

    private static void Binary(ref ByteWriter w, ReadOnlySpan<byte> value)
    {
        w.Byte((byte)'"');
        var room = w.Room(Base64.GetMaxEncodedToUtf8Length(value.Length));
        Base64.EncodeToUtf8(value, room, out _, out int written);
        w.Advance(written);
        w.Byte((byte)'"');
    }

    /// <summary>A JSON string: quote, backslash and control characters escaped, all else as it is.</summary>
    internal static void Text(ref ByteWriter w, scoped ReadOnlySpan<byte> value)
    {
        w.Byte((byte)'"');
        while (true)
        {
            int plain = value.IndexOfAny(Escaped);
            if (plain < 0) break;
            w.Bytes(value[..plain]);
            Escape(ref w, value[plain]);
            value = value[(plain + 1)..];
        }

        w.Bytes(value);
        w.Byte((byte)'"');
    }

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private static void Escape(ref ByteWriter w, byte c)
    {
        switch (c)
        {
            case (byte)'"': w.Bytes("\\\""u8); break;
            case (byte)'\\': w.Bytes("\\\\"u8); break;
            case 8: w.Bytes("\\b"u8); break;
            case 9: w.Bytes("\\t"u8); break;
            case 10: w.Bytes("\\n"u8); break;
            case 12: w.Bytes("\\f"u8); break;
            case 13: w.Bytes("\\r"u8); break;
            default:
                w.Bytes("\\u00"u8);
                w.Byte((byte)(c < 16 ? '0' : '1'));
                w.Byte((byte)"0123456789ABCDEF"[c & 15]);
                break;
        }
    }

    // "name": with quotes and colon, for a node and those inside it.
    private static void Name(ValueNode node)
    {
        foreach (var c in node.Children) Name(c);
        var bytes = new ArrayBufferWriter<byte>();
        var w = new ByteWriter(bytes);
        Text(ref w, Encoding.UTF8.GetBytes(node.Name));
        w.Byte((byte)':');
        w.Flush();
        node.Label = bytes.WrittenSpan.ToArray();
    }
}
