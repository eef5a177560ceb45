using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace OrleansStream.Columns;

/// <summary>A column of an order.</summary>
public readonly record struct SortColumn(int Column, bool Descending, bool NullsFirst)
{
    /// <summary><c>$2 DESC NULLS FIRST</c>; NULL counts as the lowest value where nothing is said of it.</summary>
    public override string ToString() => $"${Column}{(Descending ? " DESC" : "")}{(NullsFirst != Descending ? "" : NullsFirst ? " NULLS FIRST" : " NULLS LAST")}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">the text is something else.</exception>
    public static SortColumn Parse(string text)
    {
        string[] words = text.Split(' ', 2);
        string rest = words.Length > 1 ? words[1] : "";
        bool descending = rest.StartsWith("DESC", StringComparison.Ordinal);
        string nulls = (descending ? rest[4..] : rest).Trim();
        if (!words[0].StartsWith('$') || !int.TryParse(words[0].AsSpan(1), out int column) || nulls is not ("" or "NULLS FIRST" or "NULLS LAST"))
            throw new FormatException($"not a column of an order: {text}");
        return new SortColumn(column, descending, nulls.Length > 0 ? nulls == "NULLS FIRST" : !descending);
    }
}

/// <summary>
/// Values of several columns as one key whose encoded form compares as the rows do. A key of fixed width of at most 256 bits is up to four BIGINT columns, compared one after
/// the other as signed numbers; any other is one BYTES column, compared byte by byte. Part of the disk format: keys lie in state tables.
/// <list type="bullet">
/// <item>A nullable column begins with a bit (in BYTES a byte) that puts NULL first or last; NULL has zeros in place of its value.</item>
/// <item>Numbers, dates and times lie from the highest bit down, with the sign bit flipped; −0.0 is 0.0, any NaN is greater than all numbers.</item>
/// <item>Text compares by its UTF-8 bytes: 0 is written as 0 255, and 0 0 ends it. CHAR goes without its trailing spaces.</item>
/// <item>A descending value has all its bits flipped.</item>
/// </list>
/// </summary>
public sealed class SortKey
{
    /// <summary>Most BIGINT columns that a key of fixed width takes.</summary>
    public const int MaxWords = 4;

    private readonly ImmutableArray<SortColumn> _order;
    private readonly ImmutableArray<SqlType> _types;
    private readonly TextColumn? _text;
    private byte[] _bytes = [];

    /// <exception cref="NotSupportedException">a column's type has no order.</exception>
    public SortKey(Schema input, ImmutableArray<SortColumn> order)
    {
        _order = order;
        _types = [.. order.Select(o => input[o.Column].Type)];
        if (_types.FirstOrDefault(t => !HasOrder(t)) is { } bad) throw new NotSupportedException($"{bad} has no order");
        Schema = SchemaOf(input, order);
        Columns = [.. Schema.Fields.Select(f => Column.Create(f.Type))];
        _text = Columns is [TextColumn t] ? t : null;
    }

    /// <summary>Types of the encoded key: none (no order), one to four BIGINT, or BYTES; never NULL.</summary>
    public Schema Schema { get; }

    /// <summary>The encoded keys of the last <see cref="Encode"/>: row i for the i-th row given.</summary>
    public Column[] Columns { get; }

    /// <summary>Whether values of the type can be compared.</summary>
    public static bool HasOrder(SqlType type) => type.Kind is not TypeKind.Null && type.Width > 0;

    /// <summary>As <see cref="Schema"/>, for an order over <paramref name="input"/>.</summary>
    public static Schema SchemaOf(Schema input, ImmutableArray<SortColumn> order)
    {
        if (order.Any(o => input[o.Column].Type.Physical == Physical.Text)) return Schema.Of(("order", SqlType.Bytes.NotNull));
        int words = (order.Sum(o => Bits(input[o.Column].Type)) + 63) / 64;
        return words > MaxWords ? Schema.Of(("order", SqlType.Bytes.NotNull)) : new Schema([.. Enumerable.Range(0, words).Select(w => new Field($"order{w}", SqlType.BigInt.NotNull))]);
    }

    private static int Bits(SqlType type) => (type.Width * 8) + (type.Nullable ? 1 : 0);

    /// <summary>Encodes the given rows of a batch into <see cref="Columns"/>, valid until the next call.</summary>
    public void Encode(Batch batch, ReadOnlySpan<int> rows)
    {
        if (_text is not null) Bytes(batch, rows, _text);
        else if (Columns.Length > 0) Words(batch, rows);
    }

    private void Words(Batch batch, ReadOnlySpan<int> rows)
    {
        foreach (FixedColumn<long> word in Columns) word.Writable(rows.Length).Clear();
        int at = 0;
        for (int k = 0; k < _order.Length; k++)
        {
            var (o, type) = (_order[k], _types[k]);
            var column = batch.Columns[o.Column];
            if (type.Nullable) Put(new NullFlags(column.Nulls, o.NullsFirst), rows, at++, 1, false, default);
            int bits = type.Width * 8;
            switch (column)
            {
                case FixedColumn<byte> c: Put(new Small(c.Values, type.Kind == TypeKind.Boolean), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<short> c: Put(new Short(c.Values), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<int> c: Put(new Int(c.Values), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<long> c: Put(new Long(c.Values), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<float> c: Put(new Float(c.Values), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<double> c: Put(new Double(c.Values), rows, at, bits, o.Descending, c.Nulls); break;
                case FixedColumn<Int128> c:
                    Put(new High(c.Values), rows, at, 64, o.Descending, c.Nulls);
                    Put(new Low(c.Values), rows, at + 64, 64, o.Descending, c.Nulls);
                    break;
                default: throw new NotSupportedException($"{type} has no order");
            }

            at += bits;
        }

        // Unsigned order to signed order.
        foreach (FixedColumn<long> word in Columns) foreach (ref long w in word.Written()) w ^= long.MinValue;
    }

    // Puts values of so many bits at a bit of the keys, counted from the highest of the first word.
    private void Put<T>(T values, ReadOnlySpan<int> rows, int at, int bits, bool flip, Bitmap nulls) where T : struct, IValues, allows ref struct
    {
        ulong mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1, flips = flip ? mask : 0;
        int word = at / 64, behind = 64 - (at % 64) - bits;
        var first = ((FixedColumn<long>)Columns[word]).Written();
        var second = behind < 0 ? ((FixedColumn<long>)Columns[word + 1]).Written() : default;
        for (int i = 0; i < rows.Length; i++)
        {
            ulong v = nulls[rows[i]] ? 0 : (values[rows[i]] & mask) ^ flips;
            if (behind >= 0) first[i] |= (long)(v << behind);
            else
            {
                first[i] |= (long)(v >> -behind);
                second[i] |= (long)(v << (64 + behind));
            }
        }
    }

    private interface IValues
    {
        /// <summary>The value of a row as an unsigned number that compares as the value does.</summary>
        ulong this[int row] { get; }
    }

    // Shifts the keys left by a value's bits and puts it behind them.
    private static void Push<T>(T values, ReadOnlySpan<int> rows, int bits, bool flip, Bitmap nulls, Span<long> high, Span<long> low) where T : struct, IValues, allows ref struct
    {
        ulong mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1, flips = flip ? mask : 0;
        bool isNull = typeof(T) != typeof(NullFlags) && nulls.Any;
        for (int i = 0; i < rows.Length; i++)
        {
            ulong v = isNull && nulls[rows[i]] ? 0 : (values[rows[i]] & mask) ^ flips;
            if (low.IsEmpty)
            {
                high[i] = (long)((bits == 64 ? 0 : (ulong)high[i] << bits) | v);
                continue;
            }

            ulong h = (ulong)high[i], l = (ulong)low[i];
            (high[i], low[i]) = bits == 64 ? ((long)l, (long)v) : ((long)((h << bits) | (l >> (64 - bits))), (long)((l << bits) | v));
        }
    }

    // A 16-byte value is the whole key.
    private static void Wide(FixedColumn<Int128> column, ReadOnlySpan<int> rows, bool flip, Span<long> high, Span<long> low)
    {
        var values = column.Values;
        for (int i = 0; i < rows.Length; i++)
        {
            var v = (UInt128)values[rows[i]] ^ (UInt128.One << 127);
            if (flip) v = ~v;
            (high[i], low[i]) = ((long)(ulong)(v >> 64), (long)(ulong)v);
        }
    }

    private void Bytes(Batch batch, ReadOnlySpan<int> rows, TextColumn to)
    {
        int at = 0, longest = 0;
        var views = to.Writable(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            int start = at;
            for (int c = 0; c < _order.Length; c++) at = Append(batch.Columns[_order[c].Column], _types[c], _order[c], rows[i], at);
            longest = Math.Max(longest, at - start);
            views[i] = at - start <= TextView.MaxInline ? TextView.Inline(_bytes.AsSpan(start, at - start)) : TextView.Of(_bytes.AsSpan(start, at - start), 0, start);
        }

        if (longest > TextView.MaxInline) to.AddBuffer(_bytes);
    }

    private int Append(Column column, SqlType type, SortColumn order, int row, int at)
    {
        bool isNull = type.Nullable && column.IsNull(row);
        if (type.Nullable)
        {
            Room(at + 1);
            _bytes[at++] = (byte)(isNull == order.NullsFirst ? 0 : 1);
        }

        int start = at;
        if (type.Physical == Physical.Text)
        {
            at = AppendText(isNull ? default : ((TextColumn)column)[row], type, at);
        }
        else
        {
            Room(at + type.Width);
            var to = _bytes.AsSpan(at, type.Width);
            at += type.Width;
            if (isNull) to.Clear();
            else if (column is FixedColumn<Int128> wide) BinaryPrimitives.WriteUInt128BigEndian(to, (UInt128)wide.Values[row] ^ (UInt128.One << 127));
            else BigEndian(Number(column, type, row), to);
        }

        if (order.Descending && !isNull) foreach (ref byte b in _bytes.AsSpan(start, at - start)) b = (byte)~b;
        return at;
    }

    private int AppendText(ReadOnlySpan<byte> text, SqlType type, int at)
    {
        if (type.Kind == TypeKind.Char) text = text.TrimEnd((byte)' ');
        Room(at + (text.Length * 2) + 2);
        while (true)
        {
            int zero = text.IndexOf((byte)0);
            var run = zero < 0 ? text : text[..zero];
            run.CopyTo(_bytes.AsSpan(at));
            at += run.Length;
            if (zero < 0) break;
            (_bytes[at], _bytes[at + 1]) = (0, 255);
            at += 2;
            text = text[(zero + 1)..];
        }

        (_bytes[at], _bytes[at + 1]) = (0, 0);
        return at + 2;
    }

    private void Room(int bytes)
    {
        if (bytes > _bytes.Length) Array.Resize(ref _bytes, Math.Max(bytes, Math.Max(4096, _bytes.Length * 2)));
    }

    private static void BigEndian(ulong value, Span<byte> to)
    {
        for (int i = to.Length - 1; i >= 0; i--, value >>= 8) to[i] = (byte)value;
    }

    private static ulong Number(Column column, SqlType type, int row) => column switch
    {
        FixedColumn<byte> c => new Small(c.Values, type.Kind == TypeKind.Boolean)[row],
        FixedColumn<short> c => new Short(c.Values)[row],
        FixedColumn<int> c => new Int(c.Values)[row],
        FixedColumn<long> c => new Long(c.Values)[row],
        FixedColumn<float> c => new Float(c.Values)[row],
        FixedColumn<double> c => new Double(c.Values)[row],
        _ => throw new NotSupportedException($"{type} has no order"),
    };

    private readonly ref struct NullFlags(Bitmap nulls, bool first) : IValues
    {
        private readonly Bitmap _nulls = nulls;

        public ulong this[int row] => _nulls[row] == first ? 0UL : 1UL;
    }

    private readonly ref struct Small(ReadOnlySpan<byte> values, bool isBoolean) : IValues
    {
        private readonly ReadOnlySpan<byte> _values = values;
        private readonly byte _sign = (byte)(isBoolean ? 0 : 0x80);

        public ulong this[int row] => (ulong)(_values[row] ^ _sign);
    }

    private readonly ref struct Short(ReadOnlySpan<short> values) : IValues
    {
        private readonly ReadOnlySpan<short> _values = values;

        public ulong this[int row] => (ushort)(_values[row] ^ short.MinValue);
    }

    private readonly ref struct Int(ReadOnlySpan<int> values) : IValues
    {
        private readonly ReadOnlySpan<int> _values = values;

        public ulong this[int row] => (uint)(_values[row] ^ int.MinValue);
    }

    private readonly ref struct Long(ReadOnlySpan<long> values) : IValues
    {
        private readonly ReadOnlySpan<long> _values = values;

        public ulong this[int row] => (ulong)(_values[row] ^ long.MinValue);
    }

    private readonly ref struct High(ReadOnlySpan<Int128> values) : IValues
    {
        private readonly ReadOnlySpan<Int128> _values = values;

        public ulong this[int row] => (ulong)((UInt128)_values[row] >> 64) ^ (1UL << 63);
    }

    private readonly ref struct Low(ReadOnlySpan<Int128> values) : IValues
    {
        private readonly ReadOnlySpan<Int128> _values = values;

        public ulong this[int row] => (ulong)_values[row];
    }

    private readonly ref struct Float(ReadOnlySpan<float> values) : IValues
    {
        private readonly ReadOnlySpan<float> _values = values;

        public ulong this[int row]
        {
            get
            {
                float v = _values[row];
                int bits = BitConverter.SingleToInt32Bits(float.IsNaN(v) ? float.PositiveInfinity : v == 0 ? 0f : v);
                uint ordered = (uint)(bits ^ ((bits >> 31) | int.MinValue));
                return float.IsNaN(v) ? uint.MaxValue : ordered;
            }
        }
    }

    private readonly ref struct Double(ReadOnlySpan<double> values) : IValues
    {
        private readonly ReadOnlySpan<double> _values = values;

        public ulong this[int row]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                double v = _values[row];
                long bits = BitConverter.DoubleToInt64Bits(double.IsNaN(v) ? double.PositiveInfinity : v == 0 ? 0.0 : v);
                ulong ordered = (ulong)(bits ^ ((bits >> 63) | long.MinValue));
                return double.IsNaN(v) ? ulong.MaxValue : ordered;
            }
        }
    }
}
