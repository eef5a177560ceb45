using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>An operator on one number type, by value and by vector. It never fails, so it may be computed for rows that nobody wants.</summary>
internal interface IArithmetic<T> where T : struct
{
    static abstract T Of(T a, T b);

    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b);
}

internal readonly struct Add<T> : IArithmetic<T> where T : struct, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of(T a, T b) => unchecked(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a + b;
}

internal readonly struct Subtract<T> : IArithmetic<T> where T : struct, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of(T a, T b) => unchecked(a - b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a - b;
}

internal readonly struct Multiply<T> : IArithmetic<T> where T : struct, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of(T a, T b) => unchecked(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a * b;
}

/// <summary>FLOAT and DOUBLE only: by zero is infinite.</summary>
internal readonly struct DivideFloat<T> : IArithmetic<T> where T : struct, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of(T a, T b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a / b;
}

/// <summary>a op b: both columns, or one of them constant.</summary>
internal sealed class ArithmeticNode<TOp, T>(SqlType type, Node a, Node b) : Node(type) where TOp : struct, IArithmetic<T> where T : struct, INumber<T>
{
    private readonly Column _result = Column.Create(type);

    public override bool Guarded => a.Guarded || b.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
        if (rows.Length == 0) return _result;
        ref T to = ref Values<T>.Writable(_result, rows.Length);
        NullBits.Union(_result, rows.Length, ca, cb);
        ref T va = ref Unsafe.As<byte, T>(ref Values<T>.First(ca));
        ref T vb = ref Unsafe.As<byte, T>(ref Values<T>.First(cb));
        if (!rows.Dense)
        {
            foreach (int i in rows.Selected) Unsafe.Add(ref to, i) = TOp.Of(Unsafe.Add(ref va, i), Unsafe.Add(ref vb, i));
        }
        else if (b.IsConstant) WithConstant(ref va, vb, ref to, rows.Length, false);
        else if (a.IsConstant) WithConstant(ref vb, va, ref to, rows.Length, true);
        else
        {
            int i = 0;
            int width = Vector256<T>.Count;
            for (; i <= rows.Length - width; i += width)
            {
                TOp.Of(Vector256.LoadUnsafe(ref va, (nuint)i), Vector256.LoadUnsafe(ref vb, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i < rows.Length; i++) Unsafe.Add(ref to, i) = TOp.Of(Unsafe.Add(ref va, i), Unsafe.Add(ref vb, i));
        }

        return _result;
    }

    private static void WithConstant(ref T values, T constant, ref T to, int length, bool constantFirst)
    {
        var c = Vector256.Create(constant);
        int width = Vector256<T>.Count;
        int i = 0;
        if (constantFirst)
        {
            for (; i <= length - width; i += width) TOp.Of(c, Vector256.LoadUnsafe(ref values, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
            for (; i < length; i++) Unsafe.Add(ref to, i) = TOp.Of(constant, Unsafe.Add(ref values, i));
        }
        else
        {
            for (; i <= length - width; i += width) TOp.Of(Vector256.LoadUnsafe(ref values, (nuint)i), c).StoreUnsafe(ref to, (nuint)i);
            for (; i < length; i++) Unsafe.Add(ref to, i) = TOp.Of(Unsafe.Add(ref values, i), constant);
        }
    }
}

/// <summary>Integer division, truncated toward zero; the least value / −1 wraps as in Java.</summary>
internal readonly struct DivideInteger<T> : IBinary<T, T, T> where T : struct, IBinaryInteger<T>, ISignedNumber<T>
{
    public bool Invoke(T a, T b, ref T result)
    {
        if (T.IsZero(b)) throw new EvaluationException("division by zero");
        result = b == T.NegativeOne ? unchecked(-a) : a / b;
        return true;
    }
}

/// <summary>Remainder with the sign of the dividend.</summary>
internal readonly struct Remainder<T> : IBinary<T, T, T> where T : struct, INumber<T>, ISignedNumber<T>
{
    public bool Invoke(T a, T b, ref T result)
    {
        if (typeof(T) != typeof(double) && typeof(T) != typeof(float))
        {
            if (T.IsZero(b)) throw new EvaluationException("division by zero");
            if (b == T.NegativeOne)
            {
                result = T.Zero;
                return true;
            }
        }

        result = a % b;
        return true;
    }
}
