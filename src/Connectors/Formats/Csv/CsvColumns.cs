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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Longs(ValueNode node, ref Fields at, FixedBuilder<long> to)
    {
        while (at.Next())
        {
            if (at.TryInteger(out long v)) to.Add(v);
            else if (!One(node, ref at, to)) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Ints(ValueNode node, ref Fields at, FixedBuilder<int> to)
    {
        while (at.Next())
        {
            if (at.TryInteger(out long v) && v == (int)v) to.Add((int)v);
            else if (!One(node, ref at, to)) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Texts(ValueNode node, ref Fields at, TextBuilder to)
    {
        bool ascii = grid.Ascii, doubled = grid.Doubled;
        while (at.Next())
        {
            if (at.Bad || (at.Quoted && doubled) || !(ascii || Utf8.IsValid(at.Text)))
            {
                if (!One(node, ref at, to)) return false;
            }
            else to.Append(ref at.First, at.Length, at.Readable);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        /// <summary>Bytes from the field's first to the end of the text.</summary>
        public readonly int Readable => _s.Length - _from;

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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool TryInteger(out long value) => Digits.TryInteger(ref MemoryMarshal.GetReference(_s), _from, _to, out value);
    }
}
