using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Expressions.Kernels;

// DECIMALs compute exactly at the result's type: HALF_UP where its scale is smaller, NULL where the value has more digits.
// TA, TB, TR: long up to 18 digits, Int128 above.

internal readonly struct DecimalAdd<TA, TB, TR>(SqlType a, SqlType b, SqlType result, bool subtract) : IBinary<TA, TB, TR>
    where TA : struct, IBinaryInteger<TA> where TB : struct, IBinaryInteger<TB> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _scale = Math.Max(a.Scale, b.Scale);
    private readonly Int128 _raiseA = Int128Math.Pow10(Math.Max(0, b.Scale - a.Scale));
    private readonly Int128 _raiseB = Int128Math.Pow10(Math.Max(0, a.Scale - b.Scale));

    // At most 38 digits on both sides after they have one scale: a sum of two such always fits 128 bits.
    private readonly bool _fits = Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + Math.Max(a.Scale, b.Scale) <= 38;

    public bool Invoke(TA x, TB y, ref TR r)
    {
        Int128 left = Int128.CreateTruncating(x), right = Int128.CreateTruncating(y);
        if (subtract) right = -right;
        if (_fits || (Int128Math.Fits(left, 38 - Math.Max(0, b.Scale - a.Scale)) && Int128Math.Fits(right, 38 - Math.Max(0, a.Scale - b.Scale))))
        {
            var sum = (left * _raiseA) + (right * _raiseB);
            if (!Int128Math.Rescale(sum, result.Scale - _scale, out sum) || !Int128Math.Fits(sum, result.Precision)) return false;
            r = TR.CreateTruncating(sum);
            return true;
        }

        var exact = ((BigInteger)left * (BigInteger)_raiseA) + ((BigInteger)right * (BigInteger)_raiseB);
        var unit = BigInteger.Pow(10, Math.Max(0, _scale - result.Scale));
        var rounded = BigInteger.Divide(BigInteger.Abs(exact) + (unit / 2), unit);
        if (rounded >= BigInteger.Pow(10, result.Precision)) return false;
        r = TR.CreateTruncating(exact.Sign * rounded);
        return true;
    }
}

/// <summary>Both sides and the result in 64 bits, no digit dropped: the usual money column.</summary>
internal readonly struct DecimalAdd64(SqlType a, SqlType b, bool subtract) : IBinary<long, long, long>
{
    private readonly long _raiseA = Int128Math.LongPow10(Math.Max(0, b.Scale - a.Scale));
    private readonly long _raiseB = Int128Math.LongPow10(Math.Max(0, a.Scale - b.Scale)) * (subtract ? -1 : 1);

    public bool Invoke(long x, long y, ref long r)
    {
        r = (x * _raiseA) + (y * _raiseB);
        return true;
    }
}

internal readonly struct DecimalMultiply<TA, TB, TR>(SqlType a, SqlType b, SqlType result) : IBinary<TA, TB, TR>
    where TA : struct, IBinaryInteger<TA> where TB : struct, IBinaryInteger<TB> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _precision = result.Precision;
    private readonly int _drop = a.Scale + b.Scale - result.Scale;

    public bool Invoke(TA x, TB y, ref TR r)
    {
        if (!Int128Math.Multiply(Int128.CreateTruncating(x), Int128.CreateTruncating(y), _drop, out var product) || !Int128Math.Fits(product, _precision)) return false;
        r = TR.CreateTruncating(product);
        return true;
    }
}

/// <summary>Two factors in 64 bits whose product cannot pass 38 digits and keeps its scale.</summary>
internal readonly struct DecimalMultiply64<TR> : IBinary<long, long, TR> where TR : struct, IBinaryInteger<TR>
{
    public bool Invoke(long x, long y, ref TR r)
    {
        r = typeof(TR) == typeof(long) ? TR.CreateTruncating(x * y) : TR.CreateTruncating(Math.BigMul(x, y));
        return true;
    }
}

internal readonly struct DecimalDivide<TA, TB, TR>(SqlType a, SqlType b, SqlType result) : IBinary<TA, TB, TR>
    where TA : struct, IBinaryInteger<TA> where TB : struct, IBinaryInteger<TB> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _precision = result.Precision;
    private readonly int _raise = result.Scale - a.Scale + b.Scale;

    public bool Invoke(TA x, TB y, ref TR r)
    {
        if (TB.IsZero(y)) throw new EvaluationException("division by zero");
        Int128 quotient, left = Int128.CreateTruncating(x), right = Int128.CreateTruncating(y);
        if (_raise < 0)
        {
            // A result of fewer digits than the operands: only when 38 digits were cut. Rounds once.
            if (!Int128Math.Fits(right, 38 + _raise)) quotient = 0;
            else quotient = Int128Math.DivideHalfUp(right < 0 ? -left : left, Int128.Abs(right) * Int128Math.Pow10(-_raise));
        }
        else if (!Int128Math.Divide(left, _raise, right, out quotient)) return false;
        if (!Int128Math.Fits(quotient, _precision)) return false;
        r = TR.CreateTruncating(quotient);
        return true;
    }
}

internal readonly struct DecimalRemainder<TA, TB, TR>(SqlType a, SqlType b, SqlType result) : IBinary<TA, TB, TR>
    where TA : struct, IBinaryInteger<TA> where TB : struct, IBinaryInteger<TB> where TR : struct, IBinaryInteger<TR>
{
    public bool Invoke(TA x, TB y, ref TR r)
    {
        if (TB.IsZero(y)) throw new EvaluationException("division by zero");
        int scale = Math.Max(a.Scale, b.Scale);
        Int128 rest;
        if (Int128Math.Rescale(Int128.CreateTruncating(x), scale - a.Scale, out var left) && Int128Math.Rescale(Int128.CreateTruncating(y), scale - b.Scale, out var right)) rest = left % right;
        else
        {
            var wide = BigInteger.CreateTruncating(Int128.CreateTruncating(x)) * BigInteger.Pow(10, scale - a.Scale);
            rest = (Int128)(wide % (BigInteger.CreateTruncating(Int128.CreateTruncating(y)) * BigInteger.Pow(10, scale - b.Scale)));
        }

        if (!Int128Math.Rescale(rest, result.Scale - scale, out rest) || !Int128Math.Fits(rest, result.Precision)) return false;
        r = TR.CreateTruncating(rest);
        return true;
    }
}
