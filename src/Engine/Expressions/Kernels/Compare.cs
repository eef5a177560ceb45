using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>A comparison on one type, by value and by vector (all bits of a lane set = TRUE). NaN compares as IEEE says, as in Java.</summary>
internal interface ICompare<T> where T : struct
{
    static abstract bool Of(T a, T b);

    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b);
}

internal readonly struct Equal<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a == b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
}

internal readonly struct NotEqual<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a != b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b);
}

internal readonly struct Less<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a < b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
}

internal readonly struct LessOrEqual<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a <= b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
}

internal readonly struct Greater<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a > b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
}

internal readonly struct GreaterOrEqual<T> : ICompare<T> where T : struct, INumber<T>
{
    public static bool Of(T a, T b) => a >= b;

    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
}

/// <summary>A condition that is computed for all rows at once, a bit a row.</summary>
internal abstract class BitNode(SqlType type) : Node(type)
{
    /// <summary>Bits of the rows that are TRUE (those past the length are 0), to be changed by the caller; <paramref name="anyNull"/>: some row may be NULL instead.</summary>
    public abstract Span<ulong> Bits(in Rows rows, out bool anyNull);
}

/// <summary>a op b on fixed-width values: a bit a row by vectors, then bytes (as a value) or positions (as a condition).</summary>
internal sealed class CompareNode<TOp, T>(SqlType type, Node a, Node b) : BitNode(type) where TOp : struct, ICompare<T> where T : struct, INumber<T>
{
    private readonly FixedColumn<byte> _result = new(type);
    private readonly ulong[] _bits = new ulong[Bitmap.WordsFor(Batch.MaxRows)];

    public override bool Guarded => a.Guarded || b.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        NullBits.Union(_result, rows.Length, ca, cb);
        if (rows.Length == 0) return _result;
        if (rows.Dense) RowBits.ToBytes(Bits(ca, cb, rows.Length), to);
        else
        {
            ref T va = ref First(ca);
            ref T vb = ref First(cb);
            foreach (int i in rows.Selected) to[i] = TOp.Of(Unsafe.Add(ref va, i), Unsafe.Add(ref vb, i)) ? (byte)1 : (byte)0;
        }

        return _result;
    }

    public override void Select(in Rows rows, Selection result)
    {
        var to = result.Writable(rows.Length);
        if (rows.Length == 0) result.SetCount(0);
        else if (rows.All) result.SetCount(RowBits.ToPositions(Bits(rows, out _), to));
        else
        {
            Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
            ref T va = ref First(ca);
            ref T vb = ref First(cb);
            int n = 0;
            bool nulls = ca.Nulls.Any || cb.Nulls.Any;
            foreach (int i in rows.Selected)
            {
                to[n] = i;
                n += TOp.Of(Unsafe.Add(ref va, i), Unsafe.Add(ref vb, i)) && !(nulls && (ca.IsNull(i) || cb.IsNull(i))) ? 1 : 0;
            }

            result.SetCount(n);
        }
    }

    public override Span<ulong> Bits(in Rows rows, out bool anyNull)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
        var bits = Bits(ca, cb, rows.Length);
        anyNull = ca.Nulls.Any || cb.Nulls.Any;
        RowBits.Without(bits, ca.Nulls.Words(rows.Length));
        RowBits.Without(bits, cb.Nulls.Words(rows.Length));
        return bits;
    }

    private static ref T First(Column column) => ref Unsafe.As<byte, T>(ref Values<T>.First(column));

    // One bit a row; bits past the length are 0.
    private Span<ulong> Bits(Column ca, Column cb, int length)
    {
        ref T va = ref First(ca);
        ref T vb = ref First(cb);
        var bits = _bits.AsSpan(0, Bitmap.WordsFor(length));
        int width = Vector256<T>.Count;
        bool constant = b.IsConstant;
        var vc = Vector256.Create(vb);
        int row = 0;
        for (int w = 0; w < bits.Length; w++)
        {
            ulong word = 0;
            int end = Math.Min(row + 64, length);
            int start = row;
            for (; row <= end - width; row += width)
            {
                var y = constant ? vc : Vector256.LoadUnsafe(ref vb, (nuint)row);
                word |= (ulong)TOp.Of(Vector256.LoadUnsafe(ref va, (nuint)row), y).ExtractMostSignificantBits() << (row - start);
            }

            for (; row < end; row++) if (TOp.Of(Unsafe.Add(ref va, row), Unsafe.Add(ref vb, row))) word |= 1UL << (row - start);
            bits[w] = word;
        }

        return bits;
    }
}

/// <summary>A comparison that has no vector form (128-bit values).</summary>
internal readonly struct CompareWide<TOp, T> : IBinary<T, T, bool> where TOp : struct, ICompare<T> where T : struct
{
    public bool Invoke(T a, T b, ref bool result)
    {
        result = TOp.Of(a, b);
        return true;
    }
}

/// <summary>Rows as bits.</summary>
internal static class RowBits
{
    /// <summary>0 or 1 a byte.</summary>
    public static void ToBytes(ReadOnlySpan<ulong> bits, Span<byte> to)
    {
        const ulong Lowest = 0x0101010101010101;
        int row = 0;
        if (Bmi2.X64.IsSupported)
        {
            for (; row <= to.Length - 8; row += 8)
            {
                MemoryMarshal.Write(to[row..], Bmi2.X64.ParallelBitDeposit(bits[row >> 6] >> (row & 63), Lowest));
            }
        }

        for (; row < to.Length; row++) to[row] = (byte)(bits[row >> 6] >> (row & 63) & 1);
    }

    /// <summary>The positions of the bits that are set; gives their number.</summary>
    public static int ToPositions(ReadOnlySpan<ulong> bits, Span<int> to)
    {
        int n = 0;
        for (int w = 0; w < bits.Length; w++)
        {
            ulong word = bits[w];
            int at = w << 6;
            if (word == ulong.MaxValue)
            {
                for (int i = 0; i < 64; i++) to[n + i] = at + i;
                n += 64;
                continue;
            }

            for (; word != 0; word &= word - 1) to[n++] = at + BitOperations.TrailingZeroCount(word);
        }

        return n;
    }

    public static void Without(Span<ulong> bits, ReadOnlySpan<ulong> nulls)
    {
        for (int i = 0; i < nulls.Length; i++) bits[i] &= ~nulls[i];
    }
}
