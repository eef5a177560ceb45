using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats;

/// <summary>Values as Flink's print connector shows them: Java's <c>toString</c> of a Row and what is in it.</summary>
public static class RowText
{
    public static void Write(ref ByteWriter w, ValueNode node, int row)
    {
        if (node.Column.IsNull(row))
        {
            w.Bytes("null"u8);
            return;
        }

        switch (node.Op)
        {
            case ValueOp.Null: w.Bytes("null"u8); break;
            case ValueOp.Boolean: w.Bytes(node.Fixed<byte>().Values[row] != 0 ? "true"u8 : "false"u8); break;
            case ValueOp.Int8: w.Integer((sbyte)node.Fixed<byte>().Values[row]); break;
            case ValueOp.Int16: w.Integer(node.Fixed<short>().Values[row]); break;
            case ValueOp.Int32: w.Integer(node.Fixed<int>().Values[row]); break;
            case ValueOp.Int64: w.Integer(node.Fixed<long>().Values[row]); break;
            case ValueOp.Decimal64: ValueText.Decimal(ref w, node.Fixed<long>().Values[row], node.Type.Scale, DecimalForm.Java); break;
            case ValueOp.Decimal128: ValueText.Decimal(ref w, node.Fixed<Int128>().Values[row], node.Type.Scale, DecimalForm.Java); break;
            case ValueOp.Float: ValueText.Float(ref w, node.Fixed<float>().Values[row]); break;
            case ValueOp.Double: ValueText.Double(ref w, node.Fixed<double>().Values[row]); break;
            case ValueOp.Text: w.Bytes(node.Text[row]); break;
            case ValueOp.Binary: Bytes(ref w, node.Text[row]); break;
            case ValueOp.List or ValueOp.Map or ValueOp.Row: Nested(ref w, node, row); break;
            default: Temporal(ref w, node, row); break;
        }
    }

    private static void Temporal(ref ByteWriter w, ValueNode node, int row)
    {
        switch (node.Op)
        {
            case ValueOp.Date: ValueText.Date(ref w, node.Fixed<int>().Values[row]); break;
            case ValueOp.Time: ValueText.Time(ref w, node.Fixed<int>().Values[row] * 1_000_000L, Fraction.Thousands, dropSeconds: true); break;
            case ValueOp.TimestampMs: ValueText.TimestampMs(ref w, node.Fixed<long>().Values[row], (byte)'T', Fraction.Thousands, dropSeconds: true); break;
            case ValueOp.TimestampNs: ValueText.TimestampNs(ref w, node.Fixed<Int128>().Values[row], (byte)'T', Fraction.Thousands, dropSeconds: true); break;
            case ValueOp.LtzMs:
                ValueText.TimestampMs(ref w, node.Fixed<long>().Values[row], (byte)'T', Fraction.Thousands);
                w.Byte((byte)'Z');
                break;
            case ValueOp.LtzNs:
                ValueText.TimestampNs(ref w, node.Fixed<Int128>().Values[row], (byte)'T', Fraction.Thousands);
                w.Byte((byte)'Z');
                break;
            case ValueOp.Months: w.Integer(node.Fixed<int>().Values[row]); break;
            default: w.Integer(node.Fixed<long>().Values[row]); break;
        }
    }

    private static void Nested(ref ByteWriter w, ValueNode node, int row)
    {
        if (node.Op == ValueOp.Row)
        {
            w.Bytes("+I["u8);
            for (int i = 0; i < node.Children.Length; i++)
            {
                if (i > 0) w.Bytes(", "u8);
                Write(ref w, node.Children[i], row);
            }

            w.Byte((byte)']');
            return;
        }

        bool map = node.Op == ValueOp.Map;
        var offsets = map ? ((MapColumn)node.Column).Offsets : ((ListColumn)node.Column).Offsets;
        w.Byte(map ? (byte)'{' : (byte)'[');
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            if (i > offsets[row]) w.Bytes(", "u8);
            Write(ref w, node.Children[0], i);
            if (!map) continue;
            w.Byte((byte)'=');
            Write(ref w, node.Children[1], i);
        }

        w.Byte(map ? (byte)'}' : (byte)']');
    }

    // Java shows signed bytes.
    private static void Bytes(ref ByteWriter w, ReadOnlySpan<byte> value)
    {
        w.Byte((byte)'[');
        for (int i = 0; i < value.Length; i++)
        {
            if (i > 0) w.Bytes(", "u8);
            w.Integer((sbyte)value[i]);
        }

        w.Byte((byte)']');
    }
}
