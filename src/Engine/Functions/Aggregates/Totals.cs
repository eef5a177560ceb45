using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Functions.Aggregates;

/// <summary>A sum and the number of values in it, from which SUM and AVG are read.</summary>
internal struct Total<T> where T : unmanaged
{
    public T Sum;
    public long Count;
}

/// <summary>A sum of 16 bytes: the number is as wide, so that both lie side by side in a record.</summary>
internal struct WideTotal
{
    public Int128 Sum;
    public Int128 Count;
}

/// <summary>Integers into a BIGINT sum, which wraps.</summary>
internal readonly struct AddIntegers<T> : IRetract<Total<long>, T> where T : struct, IBinaryInteger<T>
{
    public static void Add(ref Total<long> state, T value)
    {
        state.Sum += long.CreateTruncating(value);
        state.Count++;
    }

    public static void Retract(ref Total<long> state, T value)
    {
        state.Sum -= long.CreateTruncating(value);
        state.Count--;
    }

    public static void Merge(ref Total<long> state, in Total<long> other)
    {
        state.Sum += other.Sum;
        state.Count += other.Count;
    }
}

internal readonly struct AddFloats<T> : IRetract<Total<double>, T> where T : struct, INumber<T>
{
    public static void Add(ref Total<double> state, T value)
    {
        state.Sum += double.CreateTruncating(value);
        state.Count++;
    }

    public static void Retract(ref Total<double> state, T value)
    {
        state.Sum -= double.CreateTruncating(value);
        state.Count--;
    }

    public static void Merge(ref Total<double> state, in Total<double> other)
    {
        state.Sum += other.Sum;
        state.Count += other.Count;
    }
}

/// <summary>DECIMALs, exact in 128 bits.</summary>
internal readonly struct AddDecimals<T> : IRetract<WideTotal, T> where T : struct, IBinaryInteger<T>
{
    public static void Add(ref WideTotal state, T value)
    {
        state.Sum += Int128.CreateTruncating(value);
        state.Count++;
    }

    public static void Retract(ref WideTotal state, T value)
    {
        state.Sum -= Int128.CreateTruncating(value);
        state.Count--;
    }

    public static void Merge(ref WideTotal state, in WideTotal other)
    {
        state.Sum += other.Sum;
        state.Count += other.Count;
    }
}

internal static class TotalState
{
    public static ImmutableArray<SqlType> Integers { get; } = [SqlType.BigInt.NotNull, SqlType.BigInt.NotNull];

    public static ImmutableArray<SqlType> Floats { get; } = [SqlType.Double.NotNull, SqlType.BigInt.NotNull];

    public static ImmutableArray<SqlType> Decimals { get; } = [SqlType.Decimal(38, 0).NotNull, SqlType.Decimal(38, 0).NotNull];
}

internal readonly struct SumOfIntegers<TR> : IResult<Total<long>, TR> where TR : unmanaged, INumber<TR>
{
    public bool Result(in Total<long> state, out TR result)
    {
        result = TR.CreateTruncating(state.Sum);
        return state.Count != 0;
    }
}

internal readonly struct SumOfFloats<TR> : IResult<Total<double>, TR> where TR : unmanaged, INumber<TR>
{
    public bool Result(in Total<double> state, out TR result)
    {
        result = TR.CreateTruncating(state.Sum);
        return state.Count != 0;
    }
}

/// <summary>NULL beyond 38 digits.</summary>
internal readonly struct SumOfDecimals : IResult<WideTotal, Int128>
{
    public bool Result(in WideTotal state, out Int128 result)
    {
        result = state.Sum;
        return state.Count != 0 && Int128Math.Fits(state.Sum, SqlType.MaxDecimalPrecision);
    }
}

/// <summary>The average of integers is an integer, cut toward zero.</summary>
internal readonly struct AverageOfIntegers<TR> : IResult<Total<long>, TR> where TR : unmanaged, INumber<TR>
{
    public bool Result(in Total<long> state, out TR result)
    {
        result = state.Count == 0 ? default : TR.CreateTruncating(state.Sum / state.Count);
        return state.Count != 0;
    }
}

internal readonly struct AverageOfFloats<TR> : IResult<Total<double>, TR> where TR : unmanaged, INumber<TR>
{
    public bool Result(in Total<double> state, out TR result)
    {
        result = TR.CreateTruncating(state.Sum / state.Count);
        return state.Count != 0;
    }
}

internal readonly struct AverageOfDecimals(int fromScale, SqlType to) : IResult<WideTotal, Int128>
{
    private readonly int _raise = to.Scale - fromScale;

    public bool Result(in WideTotal state, out Int128 result)
    {
        result = 0;
        return state.Count != 0 && Int128Math.Divide(state.Sum, _raise, state.Count, out result);
    }
}
