using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansStream.Columns;

/// <summary>
/// One value of any type as bytes, for state whose width is not fixed: a byte for NULL if the type allows it, fixed widths in little-endian order, lengths as 7-bit groups.
/// Entries of a MAP or MULTISET lie in the order of their bytes, so that equal values have equal bytes. It is part of the disk format.
/// </summary>
public static class CellBytes
{
    /// <summary>Appends the value at <paramref name="row"/>.</summary>
    public static void Write(Column column, int row, ArrayBufferWriter<byte> to) => Write(column, column.Type, row, to);

    /// <summary>As <see cref="Write(Column, int, ArrayBufferWriter{byte})"/>, as a value of <paramref name="type"/>, which may differ from the column's in what can be NULL.</summary>
    public static void Write(Column column, SqlType type, int row, ArrayBufferWriter<byte> to)
    {
        if (type.Nullable)
        {
            bool isNull = column.IsNull(row);
            Byte(to, isNull ? (byte)1 : (byte)0);
            if (isNull) return;
        }

        switch (column)
        {
            case FixedColumn<byte> c: Byte(to, c.Values[row]); break;
            case FixedColumn<short> c: Fixed(to, c.Values[row]); break;
            case FixedColumn<int> c: Fixed(to, c.Values[row]); break;
            case FixedColumn<long> c: Fixed(to, c.Values[row]); break;
            case FixedColumn<Int128> c: Fixed(to, c.Values[row]); break;
            case FixedColumn<float> c: Fixed(to, c.Values[row]); break;
            case FixedColumn<double> c: Fixed(to, c.Values[row]); break;
            case TextColumn c:
                Length(to, c[row].Length);
                to.Write(c[row]);
                break;
            case RowColumn c:
                for (int f = 0; f < c.Children.Length; f++) Write(c.Children[f], type.Fields[f].Type, row, to);
                break;
            case ListColumn c:
                int start = c.Offsets[row], end = c.Offsets[row + 1];
                Length(to, end - start);
                for (int i = start; i < end; i++) Write(c.Elements, type.Element!, i, to);
                break;
            case MapColumn c: Entries(c, type, row, to); break;
            default: throw new NotSupportedException($"bytes of {column.Type}");
        }
    }

    /// <summary>Appends the value that begins at <paramref name="from"/> to a builder of the same type; gives the bytes behind it.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> from, ColumnBuilder to)
    {
        if (to.Type.Nullable)
        {
            if (from[0] != 0)
            {
                to.AppendNulls(1);
                return from[1..];
            }

            from = from[1..];
        }

        return ReadPresent(from, to);
    }

    /// <summary>As <see cref="Read"/>, for a value that was written as NOT NULL.</summary>
    public static ReadOnlySpan<byte> ReadPresent(ReadOnlySpan<byte> from, ColumnBuilder to)
    {
        switch (to)
        {
            case FixedBuilder<byte> b: b.Add(from[0]); return from[1..];
            case FixedBuilder<short> b: return Fixed(from, b);
            case FixedBuilder<int> b: return Fixed(from, b);
            case FixedBuilder<long> b: return Fixed(from, b);
            case FixedBuilder<Int128> b: return Fixed(from, b);
            case FixedBuilder<float> b: return Fixed(from, b);
            case FixedBuilder<double> b: return Fixed(from, b);
            case TextBuilder b:
                int length = Length(ref from);
                b.Append(from[..length]);
                return from[length..];
            case RowBuilder b:
                foreach (var child in b.Children) from = Read(from, child);
                b.Advance(1);
                return from;
            case ListBuilder b:
                for (int n = Length(ref from); n > 0; n--) from = Read(from, b.Elements);
                b.EndRow();
                return from;
            case MapBuilder b:
                for (int n = Length(ref from); n > 0; n--) from = Read(Read(from, b.Keys), b.Items);
                b.EndRow();
                return from;
            default: throw new NotSupportedException($"bytes of {to.Type}");
        }
    }

    /// <summary>Appends a length in groups of 7 bits, the lowest first.</summary>
    public static void Length(ArrayBufferWriter<byte> to, int value)
    {
        var span = to.GetSpan(5);
        int n = 0;
        for (uint left = (uint)value; ; left >>= 7)
        {
            span[n++] = (byte)(left < 0x80 ? left : left | 0x80);
            if (left < 0x80) break;
        }

        to.Advance(n);
    }

    /// <summary>Takes a length off the front.</summary>
    public static int Length(ref ReadOnlySpan<byte> from)
    {
        int value = 0;
        for (int n = 0; ; n++)
        {
            value |= (from[n] & 0x7F) << (7 * n);
            if (from[n] >= 0x80) continue;
            from = from[(n + 1)..];
            return value;
        }
    }

    private static void Entries(MapColumn map, SqlType type, int row, ArrayBufferWriter<byte> to)
    {
        int start = map.Offsets[row], count = map.Offsets[row + 1] - start;
        Length(to, count);
        var entries = new byte[count][];
        var one = new ArrayBufferWriter<byte>();
        for (int i = 0; i < count; i++)
        {
            one.ResetWrittenCount();
            Write(map.Keys, type.Key ?? type.Element!, start + i, one);
            Write(map.Items, type.Key is null ? map.Items.Type : type.Element!, start + i, one);
            entries[i] = one.WrittenSpan.ToArray();
        }

        Array.Sort(entries, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (byte[] entry in entries) to.Write(entry);
    }

    private static void Byte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private static void Fixed<T>(ArrayBufferWriter<byte> to, T value) where T : unmanaged
    {
        MemoryMarshal.Write(to.GetSpan(Unsafe.SizeOf<T>()), in value);
        to.Advance(Unsafe.SizeOf<T>());
    }

    private static ReadOnlySpan<byte> Fixed<T>(ReadOnlySpan<byte> from, FixedBuilder<T> to) where T : unmanaged
    {
        to.Add(MemoryMarshal.Read<T>(from));
        return from[Unsafe.SizeOf<T>()..];
    }
}
