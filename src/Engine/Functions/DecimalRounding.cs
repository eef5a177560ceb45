using System.Numerics;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Functions;

/// <summary>Which way a value goes that lies between two multiples of a unit.</summary>
internal enum Direction
{
    Down,
    Up,
    HalfAway,
    TowardZero,
}

internal static class DecimalRounding
{
    /// <summary>The multiple of <paramref name="unit"/> (&gt; 0) that a value is rounded to.</summary>
    public static Int128 To(Int128 value, Int128 unit, Direction direction)
    {
        var (q, r) = Int128.DivRem(value, unit);
        if (r == 0) return value;
        q += direction switch
        {
            Direction.Down => r < 0 ? -1 : 0,
            Direction.Up => r > 0 ? 1 : 0,
            Direction.HalfAway when Int128.Abs(r) >= unit - Int128.Abs(r) => value < 0 ? -1 : 1,
            _ => 0,
        };
        return q * unit;
    }
}

/// <summary>A DECIMAL rounded to <paramref name="digits"/> digits behind the point (before it when negative), in a result of another scale.</summary>
internal readonly struct RoundDecimal<TA, TR>(int scale, int digits, OrleansStream.Columns.SqlType result, Direction direction) : IUnary<TA, TR>
    where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR>
{
    public bool Invoke(TA a, ref TR r)
    {
        var value = Int128.CreateTruncating(a);
        int drop = scale - digits;
        if (drop > 38) value = 0;
        else if (drop > 0) value = DecimalRounding.To(value, Int128Math.Pow10(drop), direction);
        if (!Int128Math.Rescale(value, result.Scale - scale, out value) || !Int128Math.Fits(value, result.Precision)) return false;
        r = TR.CreateTruncating(value);
        return true;
    }
}
