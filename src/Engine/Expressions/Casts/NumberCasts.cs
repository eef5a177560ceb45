using System.Numerics;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Integer to integer (wraps) or to FLOAT and DOUBLE.</summary>
internal readonly struct Convert<TA, TR> : IUnary<TA, TR> where TA : struct, INumber<TA> where TR : struct, INumber<TR>
{
    public bool Invoke(TA a, ref TR result)
    {
        result = TR.CreateTruncating(a);
        return true;
    }
}

/// <summary>FLOAT or DOUBLE to an integer as Java narrows: to INT or BIGINT it saturates, from INT on it wraps; NaN is 0.</summary>
internal readonly struct Narrow<TA, TR> : IUnary<TA, TR> where TA : struct, INumber<TA> where TR : struct, INumber<TR>
{
    public bool Invoke(TA a, ref TR result)
    {
        result = typeof(TR) == typeof(long) ? TR.CreateSaturating(a) : TR.CreateTruncating(int.CreateSaturating(a));
        return true;
    }
}

internal readonly struct ToBoolean<TA> : IUnary<TA, bool> where TA : struct, INumber<TA>
{
    public bool Invoke(TA a, ref bool result)
    {
        result = !TA.IsZero(a);
        return true;
    }
}

internal readonly struct FromBoolean<TR> : IUnary<bool, TR> where TR : struct, INumber<TR>
{
    public bool Invoke(bool a, ref TR result)
    {
        result = a ? TR.One : TR.Zero;
        return true;
    }
}

/// <summary>An exact number of one scale (integers: 0) to a DECIMAL: HALF_UP, NULL when it does not fit.</summary>
internal readonly struct ToDecimal<TA, TR>(int fromScale, SqlType to) : IUnary<TA, TR> where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _by = to.Scale - fromScale;
    private readonly int _precision = to.Precision;

    public bool Invoke(TA a, ref TR result)
    {
        if (!Int128Math.Rescale(Int128.CreateTruncating(a), _by, out var value) || !Int128Math.Fits(value, _precision)) return false;
        result = TR.CreateTruncating(value);
        return true;
    }
}

/// <summary>FLOAT or DOUBLE to DECIMAL by way of its shortest text, as Java's BigDecimal.valueOf.</summary>
internal readonly struct FloatToDecimal<TA, TR>(SqlType to) : IUnary<TA, TR> where TA : struct, INumber<TA> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _precision = to.Precision;
    private readonly int _scale = to.Scale;

    public bool Invoke(TA a, ref TR result)
    {
        Span<byte> text = stackalloc byte[JavaDouble.MaxBytes];
        int n = JavaDouble.Format(double.CreateTruncating(a), text);
        if (!NumberText.Decimal(text[..n], _precision, _scale, out var value, out bool fits) || !fits) return false;
        result = TR.CreateTruncating(value);
        return true;
    }
}

/// <summary>DECIMAL to an integer: the fraction is cut, the rest wraps.</summary>
internal readonly struct DecimalToInteger<TA, TR>(int scale) : IUnary<TA, TR> where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR>
{
    private readonly Int128 _unit = Int128Math.Pow10(scale);

    public bool Invoke(TA a, ref TR result)
    {
        result = TR.CreateTruncating((long)ulong.CreateTruncating(Int128.CreateTruncating(a) / _unit));
        return true;
    }
}

/// <summary>DECIMAL to FLOAT or DOUBLE, correctly rounded.</summary>
internal readonly struct DecimalToFloat<TA, TR>(int scale) : IUnary<TA, TR> where TA : struct, IBinaryInteger<TA> where TR : struct, IFloatingPointIeee754<TR>
{
    private readonly int _scale = scale;
    private readonly double _unit = (double)Int128Math.Pow10(scale);

    public bool Invoke(TA a, ref TR result)
    {
        // Both exact as doubles: one correctly rounded division. (Rounded once more to float it may be off by half a unit, as it is in Java.)
        var value = Int128.CreateTruncating(a);
        if (_scale <= 22 && value < 1L << 53 && value > -(1L << 53))
        {
            result = TR.CreateTruncating((double)(long)value / _unit);
            return true;
        }

        Span<byte> text = stackalloc byte[64];
        int n = 0;
        if (value < 0) text[n++] = (byte)'-';
        (value < 0 ? (UInt128)(-value) : (UInt128)value).TryFormat(text[n..], out int digits, default, System.Globalization.CultureInfo.InvariantCulture);
        n += digits;
        "e-"u8.CopyTo(text[n..]);
        System.Buffers.Text.Utf8Formatter.TryFormat(_scale, text[(n + 2)..], out int e);
        result = TR.Parse(text[..(n + 2 + e)], System.Globalization.CultureInfo.InvariantCulture);
        return true;
    }
}

/// <summary>DECIMAL to BOOLEAN and back.</summary>
internal readonly struct BooleanToDecimal<TR>(SqlType to) : IUnary<bool, TR> where TR : struct, IBinaryInteger<TR>
{
    private readonly int _precision = to.Precision;
    private readonly Int128 _one = Int128Math.Pow10(to.Scale);

    public bool Invoke(bool a, ref TR result)
    {
        if (a && !Int128Math.Fits(_one, _precision)) return false;
        result = a ? TR.CreateTruncating(_one) : TR.Zero;
        return true;
    }
}
