using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

/// <summary>Count, mean and sum of squared distances from the mean (Welford; merged as by Chan, Golub and LeVeque).</summary>
internal struct Moments
{
    public long Count;
    public double Mean;
    public double Squares;
}

internal readonly struct AddMoment<T> : IRetract<Moments, T> where T : struct, INumber<T>
{
    public static void Add(ref Moments state, T value)
    {
        // More rows were taken back than there were, as in Flink: the next ones make up for them.
        if (state.Count < 0)
        {
            state.Count++;
            return;
        }

        double x = double.CreateTruncating(value), distance = x - state.Mean;
        state.Mean += distance / ++state.Count;
        state.Squares += distance * (x - state.Mean);
    }

    public static void Retract(ref Moments state, T value)
    {
        if (state.Count <= 1)
        {
            state = new Moments { Count = state.Count - 1 };
            return;
        }

        double x = double.CreateTruncating(value), distance = x - state.Mean;
        state.Mean -= distance / --state.Count;
        state.Squares -= distance * (x - state.Mean);
    }

    public static void Merge(ref Moments state, in Moments other)
    {
        if (other.Count <= 0) return;
        if (state.Count <= 0)
        {
            state = other;
            return;
        }

        double count = state.Count + other.Count, distance = other.Mean - state.Mean;
        state.Squares += other.Squares + (distance * distance * state.Count * other.Count / count);
        state.Mean += distance * other.Count / count;
        state.Count += other.Count;
    }
}

/// <summary>
/// Variance or standard deviation, of the population (divided by n) or a sample (n − 1; NULL for one row). Integers get an integer, cut; DECIMALs are rounded;
/// <paramref name="unit"/> is what one unit of the argument stands for (10^−scale).
/// </summary>
internal readonly struct Spread<TR>(bool sample, bool root, double unit, SqlType to) : IResult<Moments, TR> where TR : unmanaged, INumber<TR>
{
    public bool Result(in Moments state, out TR result)
    {
        result = default;
        long n = sample ? state.Count - 1 : state.Count;
        if (n <= 0) return false;
        double variance = Math.Max(0, state.Squares / n) * unit * unit;
        double value = root ? Math.Sqrt(variance) : variance;
        if (to.Kind == TypeKind.Decimal)
        {
            double scaled = Math.Round(value * Math.Pow(10, to.Scale), MidpointRounding.AwayFromZero);
            if (scaled >= 1e38) return false;
            result = TR.CreateTruncating((Int128)scaled);
        }
        else
        {
            // A whole result that came out a hair too small must not be cut to the number below.
            result = TR.CreateTruncating(to.IsInteger ? value * (1 + 1e-12) : value);
        }

        return true;
    }
}

/// <summary>VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP.</summary>
public abstract class SpreadFunction(bool sample, bool root) : AggregateFunction
{
    private static readonly ImmutableArray<SqlType> State = [SqlType.BigInt.NotNull, SqlType.Double.NotNull, SqlType.Double.NotNull];

    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments)
    {
        if (arguments is not [{ IsNumeric: true } type]) return null;
        var result = type.Kind == TypeKind.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, Math.Max(6, type.Scale)) : type;
        return new ResolvedCall(Name, arguments, result.WithNullable(true));
    }

    public override Aggregate Bind(AggregateCall call)
    {
        if (call.ArgumentTypes is not [var type] || Resolve(call.ArgumentTypes)?.Result.Kind != call.Type.Kind) throw Unknown(call);
        return type.Kind switch
        {
            TypeKind.TinyInt => Of<sbyte, sbyte>(call, 1),
            TypeKind.SmallInt => Of<short, short>(call, 1),
            TypeKind.Int => Of<int, int>(call, 1),
            TypeKind.BigInt => Of<long, long>(call, 1),
            TypeKind.Float => Of<float, float>(call, 1),
            TypeKind.Double => Of<double, double>(call, 1),
            _ => type.Physical == Physical.Int64 ? Of<long, Int128>(call, Math.Pow(10, -type.Scale)) : Of<Int128, Int128>(call, Math.Pow(10, -type.Scale)),
        };
    }

    private RetractableAggregate<Moments, TArgument, AddMoment<TArgument>, TResult, Spread<TResult>> Of<TArgument, TResult>(AggregateCall call, double unit)
        where TArgument : struct, INumber<TArgument> where TResult : unmanaged, INumber<TResult> =>
        new(call, State, new(sample, root, unit, call.Type)) { InParts = false };
}
