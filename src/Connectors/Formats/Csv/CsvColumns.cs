using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>
/// A group of records into columns, one column after the other. A field out of the ordinary goes to <paramref name="slow"/>; when it fits no type either, the
/// group is given up, to be read record by record, which finds what is wrong and where.
/// </summary>
internal sealed class CsvColumns(CsvOptions options, CsvGrid grid, int fields, CsvColumns.Slow slow)
{
    /// <summary>Appends one field to the builder; false = it fits no value.</summary>
    public delegate bool Slow(ValueNode node, in CsvField field, ColumnBuilder to, int row);

    private readonly Temporal _temporal = new();
    private readonly int _quote = options.Quote ?? -1;

    /// <summary>Appends <paramref name="records"/> rows, the first of which starts at <paramref name="start"/>; false = at least one is malformed.</summary>
    public bool Fill(ValueNode node, int field, ReadOnlySpan<byte> s, int start, int records, ColumnBuilder to)
    {
        var at = new Fields(s, grid.Ends[..(records * fields)], field, fields, start, _quote);
        if (options.NullLiteral is not null) return Others(node, ref at, to);
        return node.Op switch
        {
            ValueOp.Int64 => Longs(node, ref at, (FixedBuilder<long>)to),
            ValueOp.Int32 => Ints(node, ref at, (FixedBuilder<int>)to),
            ValueOp.Text => Texts(node, ref at, (TextBuilder)to),
            ValueOp.TimestampMs or ValueOp.LtzMs => Timestamps(node, ref at, (FixedBuilder<long>)to),
            _ => Others(node, ref at, to),
        };
    }

    private bool Longs(ValueNode node, ref Fields at, FixedBuilder<long> to)
    {
        while (at.Next())
        {
            if (at.TryInteger(out long v)) to.Add(v);
            else if (!One(node, ref at, to)) return false;
        }

        return true;
    }

    private bool Ints(ValueNode node, ref Fields at, FixedBuilder<int> to)
    {
        while (at.Next())
        {
            if (at.TryInteger(out long v) && v == (int)v) to.Add((int)v);
            else if (!One(node, ref at, to)) return false;
        }

        return true;
    }

    private bool Texts(ValueNode node, ref Fields at, TextBuilder to)
    {
        bool ascii = grid.Ascii, doubled = grid.Doubled;
        while (at.Next())
        {
            if (at.Bad || (at.Quoted && doubled) || !(ascii || Utf8.IsValid(at.Text)))
            {
                if (!One(node, ref at, to)) return false;
            }
            else if (at.FitsView) to.AppendViews(1)[0] = TextView.Inline(ref at.First, at.Length);
            else to.Append(at.Text);
        }

        return true;
    }

    private bool Timestamps(ValueNode node, ref Fields at, FixedBuilder<long> to)
    {
        bool zone = node.Op == ValueOp.LtzMs;
        while (at.Next())
        {
            if (!at.Bad && _temporal.TryTimestamp(at.Text, (byte)' ', zone, out long ms, out _)) to.Add(ms);
            else if (!One(node, ref at, to)) return false;
        }

        return true;
    }

    private bool Others(ValueNode node, ref Fields at, ColumnBuilder to)
    {
        while (at.Next()) if (!One(node, ref at, to)) return false;
        return true;
    }

    private bool One(ValueNode node, ref Fields at, ColumnBuilder to)
    {
        if (at.Bad) return false;
        var field = new CsvField { Text = at.Text, Escaped = at.Quoted };
        return slow(node, in field, to, to.Count);
    }

    /// <summary>The fields of one column, one after the other.</summary>
    private ref struct Fields(ReadOnlySpan<byte> s, ReadOnlySpan<int> ends, int field, int fields, int start, int quote)
    {
        private readonly ReadOnlySpan<byte> _s = s;
        private readonly ReadOnlySpan<int> _ends = ends;
        private readonly bool _last = field == fields - 1;
        private int _next = field, _from, _to;

        /// <summary>Whether it stood in quotes.</summary>
        public bool Quoted { get; private set; }

        /// <summary>Whether it starts with a quote and does not end with one.</summary>
        public bool Bad { get; private set; }

        public readonly int Length => _to - _from;

        public readonly ReadOnlySpan<byte> Text => MemoryMarshal.CreateReadOnlySpan(ref First, _to - _from);

        public readonly ref byte First => ref Unsafe.Add(ref MemoryMarshal.GetReference(_s), _from);

        /// <summary>Short enough for a view, with as many bytes behind it as a view reads.</summary>
        public readonly bool FitsView => _to - _from <= TextView.MaxInline && _from <= _s.Length - TextView.MaxInline;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Next()
        {
            if (_next >= _ends.Length) return false;
            ref byte text = ref MemoryMarshal.GetReference(_s);
            int from = _next == 0 ? start : _ends[_next - 1] + 1, to = _ends[_next];
            _next += fields;
            if (_last && to > from && Unsafe.Add(ref text, to - 1) == '\r') to--;
            Quoted = to > from && Unsafe.Add(ref text, from) == quote;
            if (Quoted)
            {
                Bad = to - from < 2 || Unsafe.Add(ref text, to - 1) != quote;
                from++;
                to = Bad ? from : to - 1;
            }

            (_from, _to) = (from, to);
            return true;
        }

        /// <summary>An integer of up to 16 digits, eight of them at once: the bytes that end with the field, those before it made zero.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool TryInteger(out long value)
        {
            ref byte text = ref MemoryMarshal.GetReference(_s);
            bool negative = _to > _from && Unsafe.Add(ref text, _from) == '-';
            int n = _to - _from - (negative ? 1 : 0);
            value = 0;
            if ((uint)(n - 1) >= 16 || _to < 16) return false;
            ulong low = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, _to - 8)) ^ Zeros, high = 0;
            if (n <= 8) low &= ulong.MaxValue << (64 - (8 * n));
            else high = (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, _to - 16)) ^ Zeros) & (ulong.MaxValue << (128 - (8 * n)));
            if ((((low | (low + Sixes)) | (high | (high + Sixes))) & HighNibbles) != 0) return false;
            value = Eight(low);
            if (high != 0) value += Eight(high) * 100_000_000;
            if (negative) value = -value;
            return true;
        }

        private const ulong Zeros = 0x3030303030303030, Sixes = 0x0606060606060606, HighNibbles = 0xF0F0F0F0F0F0F0F0;

        // The first digit lies in the lowest byte.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static long Eight(ulong x)
        {
            x = ((x * 2561) >> 8) & 0x00FF00FF00FF00FF;
            x = ((x * 6553601) >> 16) & 0x0000FFFF0000FFFF;
            return (long)((x * 42949672960001) >> 32);
        }
    }
}
