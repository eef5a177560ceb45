using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansStream.Columns;

/// <summary>
/// The hash of a row's key columns. It is part of the disk format (key groups of checkpoints), so it never changes within <see cref="Version"/>: the same value hashes
/// alike whatever its encoding. Integers of any width, DATE, TIME and intervals hash as 64-bit integers; −0.0 as 0.0, any NaN as one NaN, FLOAT as the DOUBLE of its value;
/// DECIMAL without trailing zeros; CHAR without trailing spaces; TIMESTAMP as nanoseconds when its milliseconds are not whole; NULL as a constant.
/// Text is XXH3 (64 bits), numbers a folded 128-bit multiplication. Columns combine in order.
/// </summary>
public static class RowHash
{
    /// <summary>Written into manifests.</summary>
    public const int Version = 1;

    private const ulong Null = 0x9AE16A3B2F90404FUL;
    private const ulong M1 = 0x9E3779B97F4A7C15UL;
    private const ulong M2 = 0xA0761D6478BD642FUL;

    /// <summary>Hash of one 64-bit value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfInt64(long value) => Fold((ulong)value ^ M2, M1);

    /// <summary>Combines a column's hash into that of the columns before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong hash, ulong column) => Fold(hash ^ M1, column | 1);

    public static ulong OfBytes(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>
    /// Hashes the key of each row in [0, batch.Length) into <paramref name="hashes"/>; no key columns: all 0. At rows that are not selected the value is arbitrary:
    /// a text that was computed for the selected rows has no bytes elsewhere.
    /// </summary>
    public static void Hash(Batch batch, ReadOnlySpan<int> keys, Span<ulong> hashes)
    {
        var to = hashes[..batch.Length];
        if (keys.IsEmpty) to.Clear();
        bool all = batch.Selection is not { } selection || selection.Count == batch.Length;
        ReadOnlySpan<int> rows = all ? default : batch.Selection!.Rows;
        for (int k = 0; k < keys.Length; k++) HashColumn(batch.Columns[keys[k]], all, rows, to, k == 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static void HashColumn(Column column, bool all, ReadOnlySpan<int> rows, Span<ulong> to, bool first)
    {
        switch (column)
        {
            case FixedColumn<long> c when column.Type.Kind == TypeKind.Decimal: Each<long, Decimal64>(c, to, first); break;
            case FixedColumn<long> c: Each<long, Integer64>(c, to, first); break;
            case FixedColumn<int> c: Each<int, Integer32>(c, to, first); break;
            case FixedColumn<short> c: Each<short, Integer16>(c, to, first); break;
            case FixedColumn<byte> c: Each<byte, Integer8>(c, to, first); break;
            case FixedColumn<double> c: Each<double, Float64>(c, to, first); break;
            case FixedColumn<float> c: Each<float, Float32>(c, to, first); break;
            case FixedColumn<Int128> c when column.Type.Kind == TypeKind.Decimal: Each<Int128, Decimal128>(c, to, first); break;
            case FixedColumn<Int128> c: Each<Int128, Nanoseconds>(c, to, first); break;
            case TextColumn c: Texts(c, all, rows, to, first); break;
            case RowColumn c: Rows(c, all, rows, to, first); break;
            case ListColumn or MapColumn: Nested(column, all, rows, to, first); break;
            default: throw new NotSupportedException($"a column of type {column.Type} cannot be a key");
        }
    }

    private interface IHash<T>
    {
        static abstract ulong Of(T value, int scale);
    }

    private static void Each<T, THash>(FixedColumn<T> column, Span<ulong> to, bool first) where T : unmanaged where THash : struct, IHash<T>
    {
        ref T v = ref MemoryMarshal.GetReference(column.Values);
        int scale = column.Type.Scale;
        if (first && !column.Nulls.Any)
        {
            for (int i = 0; i < to.Length; i++) to[i] = THash.Of(Unsafe.Add(ref v, i), scale);
            return;
        }

        var nulls = column.Nulls;
        for (int i = 0; i < to.Length; i++)
        {
            ulong h = nulls[i] ? Null : THash.Of(Unsafe.Add(ref v, i), scale);
            to[i] = first ? h : Combine(to[i], h);
        }
    }

    private static void Texts(TextColumn column, bool all, ReadOnlySpan<int> rows, Span<ulong> to, bool first)
    {
        bool padded = column.Type.Kind == TypeKind.Char;
        if (all) for (int i = 0; i < to.Length; i++) Text(column, i, padded, to, first);
        else foreach (int i in rows) Text(column, i, padded, to, first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Text(TextColumn column, int row, bool padded, Span<ulong> to, bool first)
    {
        ulong h = Null;
        if (!column.IsNull(row))
        {
            var bytes = column[row];
            h = OfBytes(padded ? bytes.TrimEnd((byte)' ') : bytes);
        }

        to[row] = first ? h : Combine(to[row], h);
    }

    private static void Rows(RowColumn column, bool all, ReadOnlySpan<int> rows, Span<ulong> to, bool first)
    {
        var inner = new ulong[to.Length];
        for (int c = 0; c < column.Children.Length; c++) HashColumn(column.Children[c], all, rows, inner, c == 0);
        for (int i = 0; i < to.Length; i++)
        {
            ulong h = column.IsNull(i) ? Null : inner[i];
            to[i] = first ? h : Combine(to[i], h);
        }
    }

    // Lists and maps by their bytes: their elements are of one type on both sides of whatever compares them.
    private static void Nested(Column column, bool all, ReadOnlySpan<int> rows, Span<ulong> to, bool first)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        for (int n = 0; n < (all ? to.Length : rows.Length); n++)
        {
            int i = all ? n : rows[n];
            bytes.ResetWrittenCount();
            if (!column.IsNull(i)) CellBytes.Write(column, i, bytes);
            ulong h = column.IsNull(i) ? Null : OfBytes(bytes.WrittenSpan);
            to[i] = first ? h : Combine(to[i], h);
        }
    }

    private readonly struct Integer64 : IHash<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Of(long value, int scale) => OfInt64(value);
    }

    private readonly struct Integer32 : IHash<int>
    {
        public static ulong Of(int value, int scale) => OfInt64(value);
    }

    private readonly struct Integer16 : IHash<short>
    {
        public static ulong Of(short value, int scale) => OfInt64(value);
    }

    private readonly struct Integer8 : IHash<byte>
    {
        public static ulong Of(byte value, int scale) => OfInt64((sbyte)value);
    }

    private readonly struct Float64 : IHash<double>
    {
        public static ulong Of(double value, int scale) =>
            OfInt64(BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value == 0 ? 0.0 : value));
    }

    private readonly struct Float32 : IHash<float>
    {
        public static ulong Of(float value, int scale) => Float64.Of(value, 0);
    }

    private readonly struct Decimal64 : IHash<long>
    {
        public static ulong Of(long value, int scale)
        {
            for (; scale > 0 && value % 10 == 0 && value != 0; scale--) value /= 10;
            return Combine(OfInt64(value), (ulong)(value == 0 ? 0 : scale));
        }
    }

    private readonly struct Decimal128 : IHash<Int128>
    {
        public static ulong Of(Int128 value, int scale)
        {
            for (; scale > 0 && value != 0 && value % 10 == 0; scale--) value /= 10;
            ulong h = value >= long.MinValue && value <= long.MaxValue ? OfInt64((long)value)
                : Combine(OfInt64((long)(ulong)value), OfInt64((long)(value >> 64)));
            return Combine(h, (ulong)(value == 0 ? 0 : scale));
        }
    }

    private readonly struct Nanoseconds : IHash<Int128>
    {
        public static ulong Of(Int128 value, int scale)
        {
            var (ms, rest) = Int128.DivRem(value, 1_000_000);
            return rest == 0 ? OfInt64((long)ms) : Combine(OfInt64((long)ms), (ulong)(long)rest);
        }
    }
}
