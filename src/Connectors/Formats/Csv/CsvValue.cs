using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>Texts of fields into builders, with the conversions that Flink's CSV format makes.</summary>
internal sealed class CsvValue(CsvOptions options)
{
    private readonly Temporal _temporal = new();

    /// <summary>Appends one row; false = the text is no value of the type, and the builder is to be truncated.</summary>
    public bool Append(ValueNode node, ReadOnlySpan<byte> text, ColumnBuilder to)
    {
        if (options.NullLiteral is { } literal && text.SequenceEqual(literal))
        {
            to.AppendNulls(1);
            return true;
        }

        switch (node.Op)
        {
            case ValueOp.Text:
                if (!Utf8.IsValid(text)) return false;
                ((TextBuilder)to).Append(text);
                return true;
            case ValueOp.Int64: return Integer(text, long.MinValue, long.MaxValue, out long l) && Add(((FixedBuilder<long>)to), l);
            case ValueOp.Int32: return Integer(text, int.MinValue, int.MaxValue, out long i) && Add(((FixedBuilder<int>)to), (int)i);
            case ValueOp.Int16: return Integer(text, short.MinValue, short.MaxValue, out long s) && Add(((FixedBuilder<short>)to), (short)s);
            case ValueOp.Int8: return Integer(text, sbyte.MinValue, sbyte.MaxValue, out long b) && Add(((FixedBuilder<byte>)to), (byte)b);
            case ValueOp.Double: return JsonNumber.TryDouble(Trim(text), out double d) && Add(((FixedBuilder<double>)to), d);
            case ValueOp.Float: return JsonNumber.TryFloat(Trim(text), out float f) && Add(((FixedBuilder<float>)to), f);
            case ValueOp.Decimal64 or ValueOp.Decimal128: return Decimal(node, text, to);

            // Java's Boolean.parseBoolean: "true" in any case is true, everything else false.
            case ValueOp.Boolean: return Add((FixedBuilder<byte>)to, System.Text.Ascii.EqualsIgnoreCase(Trim(text), "true"u8) ? (byte)1 : (byte)0);
            case ValueOp.Binary: return Binary(text, (TextBuilder)to);
            case ValueOp.List: return List(node, text, (ListBuilder)to);
            case ValueOp.Row: return Row(node, text, (RowBuilder)to);
            default: return Time(node, text, to);
        }
    }

    private static bool Add<T>(FixedBuilder<T> to, T value) where T : unmanaged
    {
        to.Add(value);
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim((byte)' ');

    private static bool Integer(ReadOnlySpan<byte> text, long min, long max, out long value)
    {
        // Up to 18 digits cannot overflow: the common case, without a call.
        int at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        value = 0;
        if (text.Length - at is > 0 and <= 18)
        {
            long v = 0;
            int i = at;
            for (; i < text.Length; i++)
            {
                uint d = (uint)(text[i] - '0');
                if (d > 9) break;
                v = (v * 10) + d;
            }

            if (i == text.Length)
            {
                value = at == 0 ? v : -v;
                return value >= min && value <= max;
            }
        }

        return JsonNumber.TryQuotedInteger(Trim(text), min, max, out value);
    }

    private static bool Decimal(ValueNode node, ReadOnlySpan<byte> text, ColumnBuilder to)
    {
        if (!JsonNumber.TryDecimal(Trim(text), node.Type.Precision, node.Type.Scale, out var v, out bool fits)) return false;
        if (!fits) to.AppendNulls(1); // as Flink's DecimalData.fromBigDecimal
        else if (to is FixedBuilder<long> narrow) narrow.Add((long)v);
        else ((FixedBuilder<Int128>)to).Add(v);
        return true;
    }

    private static bool Binary(ReadOnlySpan<byte> text, TextBuilder to)
    {
        if (Base64.DecodeFromUtf8(text, to.Open(text.Length), out _, out int written) != OperationStatus.Done) return false;
        to.Commit(written);
        return true;
    }

    private bool Time(ValueNode node, ReadOnlySpan<byte> text, ColumnBuilder to)
    {
        text = Trim(text);
        switch (node.Op)
        {
            case ValueOp.Date: return _temporal.TryLenientDate(text, out int days) && Add((FixedBuilder<int>)to, days);
            case ValueOp.Time: return Temporal.TryTime(text, out long ofDay) && Add((FixedBuilder<int>)to, (int)(ofDay / 1_000_000));
        }

        if (!_temporal.TryTimestamp(text, (byte)' ', node.Op is ValueOp.LtzMs or ValueOp.LtzNs, out long ms, out int nanos)) return false;
        return node.Op is ValueOp.TimestampMs or ValueOp.LtzMs
            ? Add((FixedBuilder<long>)to, ms) : Add((FixedBuilder<Int128>)to, ((Int128)ms * 1_000_000) + nanos);
    }

    private bool List(ValueNode node, ReadOnlySpan<byte> text, ListBuilder to)
    {
        while (!text.IsEmpty)
        {
            int cut = text.IndexOf(options.ArrayDelimiter);
            var element = cut < 0 ? text : text[..cut];
            int count = to.Elements.Count;
            if (!Append(node.Children[0], element, to.Elements))
            {
                if (!options.IgnoreParseErrors) return false;
                to.Elements.Truncate(count);
                to.Elements.AppendNulls(1);
            }

            if (cut < 0) break;
            text = text[(cut + options.ArrayDelimiter.Length)..];
            if (text.IsEmpty && !Append(node.Children[0], text, to.Elements)) return false;
        }

        to.EndRow();
        return true;
    }

    private bool Row(ValueNode node, ReadOnlySpan<byte> text, RowBuilder to)
    {
        bool more = true;
        for (int i = 0; i < node.Children.Length; i++)
        {
            int cut = more ? text.IndexOf(options.ArrayDelimiter) : -1;
            var field = cut < 0 ? text : text[..cut];
            int count = to.Children[i].Count;
            if (!more || !Append(node.Children[i], field, to.Children[i]))
            {
                if (!options.IgnoreParseErrors) return false;
                to.Children[i].Truncate(count);
                to.Children[i].AppendNulls(1);
            }

            more &= cut >= 0;
            text = cut < 0 ? default : text[(cut + options.ArrayDelimiter.Length)..];
        }

        if (more && !options.IgnoreParseErrors) return false;
        to.Advance(1);
        return true;
    }
}
