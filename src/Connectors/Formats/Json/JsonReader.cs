using System.Buffers;
using System.Runtime.CompilerServices;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>
/// Reads values by their type into builders, with the conversions that Flink's JSON format makes (numbers from texts and texts from numbers among them).
/// Positions and results as in <see cref="JsonScan"/>; a negative result leaves builders to be truncated by the caller.
/// </summary>
internal sealed class JsonReader(JsonOptions options)
{
    private readonly Temporal _temporal = new();
    private readonly byte _separator = (byte)(options.Iso ? 'T' : ' ');
    private readonly ArrayBufferWriter<byte> _minified = new();
    private byte[] _scratch = [];
    private string? _reason;

    /// <summary>Why the last conversion failed; null = the text is no JSON.</summary>
    public string? TakeReason()
    {
        string? r = _reason;
        _reason = null;
        return r;
    }

    /// <summary>Reads the object at <paramref name="p"/> into row <paramref name="row"/> of its fields' builders: each gets exactly one row more.</summary>
    public int Object(JsonObject o, ReadOnlySpan<byte> s, int p, int row)
    {
        p++;
        for (int slot = 0; ; slot++)
        {
            p = o.Next(s, p, slot, out var field, out bool end);
            if (p < 0) return p;
            if (end) break;
            p = field is null ? Skip(s, p) : Member(field, s, p, row);
            if (p < 0) return p;
        }

        p++;
        foreach (var f in o.Fields)
        {
            if (f.To.Count != row) continue;
            if (options.FailOnMissingField || f.Required) return Fail(p - 1, $"field '{f.Name}' is missing");
            f.To.AppendNulls(1);
        }

        return p;
    }

    // Strings without escapes and short integers without a call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Skip(ReadOnlySpan<byte> s, int p)
    {
        if (s[p] == '"')
        {
            int q = JsonScan.StringEnd(s, p + 1, out _);
            if (s[q] == '"') return q + 1;
        }
        else
        {
            int q = JsonNumber.ShortInteger(s, p, out _);
            if (q >= 0) return q;
        }

        return JsonScan.SkipValue(s, p, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Member(JsonField f, ReadOnlySpan<byte> s, int p, int row)
    {
        // A name that comes twice: the first one counts, as in Flink.
        if (f.To.Count != row) return JsonScan.SkipValue(s, p, 1);
        int q = Value(f, s, p);
        return q >= 0 ? q : OrNull(f, s, p, q, row);
    }

    // With ignore-parse-errors a value that does not fit its type is NULL, as long as it is JSON.
    private int OrNull(JsonField f, ReadOnlySpan<byte> s, int p, int failed, int row)
    {
        if (!options.IgnoreParseErrors || f.Required || _reason is null) return failed;
        _reason = null;
        f.To.Truncate(row);
        int q = JsonScan.SkipValue(s, p, 1);
        if (q >= 0) f.To.AppendNulls(1);
        return q;
    }

    /// <summary>Reads the value at <paramref name="p"/> and appends one row.</summary>
    private int Value(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        byte c = s[p];
        if (c == 'n')
        {
            int q = JsonScan.Literal(s, p, "null"u8);
            if (q >= 0 && f.Required) return Fail(p, $"field '{f.Name}' is null");
            if (q >= 0) f.To.AppendNulls(1);
            return q;
        }

        switch (f.Op)
        {
            case ValueOp.Int64:
                {
                    int q = JsonNumber.ShortInteger(s, p, out long v);
                    if (q < 0) return Integer(f, s, p);
                    Unsafe.As<FixedBuilder<long>>(f.To).Append(1)[0] = v;
                    return q;
                }

            case ValueOp.Text:
                return c == '"' ? JsonText.Append(s, p + 1, Unsafe.As<TextBuilder>(f.To)) : TextOf(f, s, p);
            case ValueOp.TimestampMs or ValueOp.TimestampNs or ValueOp.LtzMs or ValueOp.LtzNs:
                return Timestamp(f, s, p);
            case ValueOp.Int32 or ValueOp.Int16 or ValueOp.Int8:
                return Integer(f, s, p);
            case ValueOp.Double or ValueOp.Float:
                return Floating(f, s, p);
            case ValueOp.Decimal64 or ValueOp.Decimal128:
                return Decimal(f, s, p);
            case ValueOp.Boolean:
                return Boolean(f, s, p);
            case ValueOp.Row:
                return Row(f, s, p);
            case ValueOp.List:
                return List(f, s, p);
            case ValueOp.Map:
                return Map(f, s, p);
            default:
                return Other(f, s, p);
        }
    }

    private int Integer(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        var (min, max) = f.Op switch
        {
            ValueOp.Int64 => (long.MinValue, long.MaxValue),
            ValueOp.Int32 => (int.MinValue, int.MaxValue),
            ValueOp.Int16 => (short.MinValue, short.MaxValue),
            _ => (sbyte.MinValue, sbyte.MaxValue),
        };
        var text = Scalar(s, p, out int end, out bool quoted);
        if (end < 0) return end;
        long v;

        // A fraction is cut off where Flink asks Jackson for an int or a long, and refused where it parses a byte or a short.
        bool whole = quoted || f.Op is ValueOp.Int8 or ValueOp.Int16;
        if (whole ? !JsonNumber.TryQuotedInteger(text, min, max, out v) : !JsonNumber.TryInteger(text, min, max, out v)) return Misfit(f, s, p);
        switch (f.Op)
        {
            case ValueOp.Int64: ((FixedBuilder<long>)f.To).Append(1)[0] = v; break;
            case ValueOp.Int32: ((FixedBuilder<int>)f.To).Append(1)[0] = (int)v; break;
            case ValueOp.Int16: ((FixedBuilder<short>)f.To).Append(1)[0] = (short)v; break;
            default: ((FixedBuilder<byte>)f.To).Append(1)[0] = (byte)v; break;
        }

        return end;
    }

    private int Floating(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        var text = Scalar(s, p, out int end, out _);
        if (end < 0) return end;
        if (f.Op == ValueOp.Double)
        {
            if (!JsonNumber.TryDouble(text, out double v)) return Misfit(f, s, p);
            ((FixedBuilder<double>)f.To).Append(1)[0] = v;
        }
        else
        {
            if (!JsonNumber.TryFloat(text, out float v)) return Misfit(f, s, p);
            ((FixedBuilder<float>)f.To).Append(1)[0] = v;
        }

        return end;
    }

    private int Decimal(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        var text = Scalar(s, p, out int end, out _);
        if (end < 0) return end;
        if (!JsonNumber.TryDecimal(text, f.Type.Precision, f.Type.Scale, out var v, out bool fits)) return Misfit(f, s, p);
        if (!fits) f.To.AppendNulls(1); // as Flink's DecimalData.fromBigDecimal
        else if (f.Op == ValueOp.Decimal64) ((FixedBuilder<long>)f.To).Append(1)[0] = (long)v;
        else ((FixedBuilder<Int128>)f.To).Append(1)[0] = v;
        return end;
    }

    private int Boolean(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        bool v = s[p] == 't';
        int end = v ? JsonScan.Literal(s, p, "true"u8) : s[p] == 'f' ? JsonScan.Literal(s, p, "false"u8) : 0;
        if (end < 0) return end;
        if (end == 0)
        {
            // Java's Boolean.parseBoolean: "true" in any case is true, everything else false.
            if (s[p] is (byte)'{' or (byte)'[') return Misfit(f, s, p);
            var text = Scalar(s, p, out end, out _);
            if (end < 0) return end;
            v = System.Text.Ascii.EqualsIgnoreCase(text, "true"u8);
        }

        ((FixedBuilder<byte>)f.To).Append(1)[0] = v ? (byte)1 : (byte)0;
        return end;
    }

    private int Timestamp(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        var text = Quoted(f, s, p, out int end);
        if (end < 0) return end;
        if (!_temporal.TryTimestamp(text, _separator, f.Op is ValueOp.LtzMs or ValueOp.LtzNs, out long ms, out int nanos)) return Misfit(f, s, p);
        if (f.Op is ValueOp.TimestampMs or ValueOp.LtzMs) Unsafe.As<FixedBuilder<long>>(f.To).Append(1)[0] = ms;
        else ((FixedBuilder<Int128>)f.To).Append(1)[0] = ((Int128)ms * 1_000_000) + nanos;
        return end;
    }

    private int Other(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        var text = Quoted(f, s, p, out int end);
        if (end < 0) return end;
        switch (f.Op)
        {
            case ValueOp.Date when _temporal.TryDate(text, out int days):
                ((FixedBuilder<int>)f.To).Append(1)[0] = days;
                return end;
            case ValueOp.Time when Temporal.TryTime(text, out long nanos):
                ((FixedBuilder<int>)f.To).Append(1)[0] = (int)(nanos / 1_000_000);
                return end;
            case ValueOp.RowKind when KindOf(text) is >= 0 and int kind:
                ((FixedBuilder<byte>)f.To).Append(1)[0] = (byte)kind;
                return end;
            case ValueOp.Binary:
                var room = ((TextBuilder)f.To).Open(text.Length);
                if (System.Buffers.Text.Base64.DecodeFromUtf8(text, room, out _, out int written) != OperationStatus.Done) return Misfit(f, s, p);
                ((TextBuilder)f.To).Commit(written);
                return end;
            default:
                return Misfit(f, s, p);
        }
    }

    private static int KindOf(ReadOnlySpan<byte> code) =>
        code.SequenceEqual("+I"u8) ? 0 : code.SequenceEqual("-U"u8) ? 1 : code.SequenceEqual("+U"u8) ? 2 : code.SequenceEqual("-D"u8) ? 3 : -1;

    // A text from another value: its JSON text, objects and arrays without space.
    private int TextOf(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        int end = JsonScan.SkipValue(s, p, 1);
        if (end < 0) return end;
        if (s[p] is (byte)'{' or (byte)'[')
        {
            _minified.ResetWrittenCount();
            JsonText.Minify(s, p, end, _minified, ref _scratch);
            ((TextBuilder)f.To).Append(_minified.WrittenSpan);
        }
        else ((TextBuilder)f.To).Append(s[p..end]);
        return end;
    }

    private int Row(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        if (s[p] != '{') return Misfit(f, s, p);
        int q = Object(f.Object!, s, p, f.To.Count);
        if (q >= 0) ((RowBuilder)f.To).Advance(1);
        return q;
    }

    private int List(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        if (s[p] != '[') return Misfit(f, s, p);
        var element = f.Children[0];
        p = JsonScan.SkipSpace(s, p + 1);
        if (s[p] == ']') p++;
        else
        {
            while (true)
            {
                p = Member(element, s, p, element.To.Count);
                if (p < 0) return p;
                p = JsonScan.SkipSpace(s, p);
                if (s[p] == ']') break;
                if (s[p] != ',') return ~p;
                p = JsonScan.SkipSpace(s, p + 1);
            }

            p++;
        }

        ((ListBuilder)f.To).EndRow();
        return p;
    }

    private int Map(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        if (s[p] != '{') return Misfit(f, s, p);
        var (key, item) = (f.Children[0], f.Children[1]);
        p = JsonScan.SkipSpace(s, p + 1);
        if (s[p] == '}') p++;
        else
        {
            while (true)
            {
                if (s[p] != '"') return ~p;
                p = Member(key, s, p, key.To.Count);
                if (p < 0) return p;
                p = JsonScan.SkipSpace(s, p);
                if (s[p] != ':') return ~p;
                p = Member(item, s, JsonScan.SkipSpace(s, p + 1), item.To.Count);
                if (p < 0) return p;
                p = JsonScan.SkipSpace(s, p);
                if (s[p] == '}') break;
                if (s[p] != ',') return ~p;
                p = JsonScan.SkipSpace(s, p + 1);
            }

            p++;
        }

        ((MapBuilder)f.To).EndRow();
        return p;
    }

    /// <summary>The text of a number, a literal, or (trimmed) a string; objects and arrays give an empty text, which fits no type.</summary>
    private ReadOnlySpan<byte> Scalar(ReadOnlySpan<byte> s, int p, out int end, out bool quoted)
    {
        quoted = s[p] == '"';
        if (quoted) return JsonText.Read(s, p + 1, ref _scratch, out end).Trim((byte)' ');
        end = JsonScan.SkipValue(s, p, 1);
        return end < 0 || s[p] is (byte)'{' or (byte)'[' ? default : s[p..end];
    }

    private ReadOnlySpan<byte> Quoted(JsonField f, ReadOnlySpan<byte> s, int p, out int end)
    {
        if (s[p] == '"') return JsonText.Read(s, p + 1, ref _scratch, out end);
        end = JsonScan.SkipValue(s, p, 1);
        if (end >= 0) end = Misfit(f, s, p);
        return default;
    }

    private int Misfit(JsonField f, ReadOnlySpan<byte> s, int p)
    {
        int end = JsonScan.SkipValue(s, p, 1);
        if (end < 0) return end;
        string shown = System.Text.Encoding.UTF8.GetString(s[p..Math.Min(end, p + 60)]);
        return Fail(p, $"field '{f.Name}': {shown} is no {f.Type}");
    }

    private int Fail(int p, string reason)
    {
        _reason = reason;
        return ~p;
    }
}
