using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>A field of a point in time or interval, as BIGINT; of TIMESTAMP_LTZ on the session's wall clock.</summary>
public abstract class ExtractFunction : ScalarFunction
{
    private protected ResolvedCall? Resolve(ImmutableArray<Expr> arguments, Expr value, TimeUnit unit)
    {
        var type = value.Type;
        bool date = type.Kind == TypeKind.Date;
        bool fits = type.Kind switch
        {
            TypeKind.Date => unit >= TimeUnit.Day,
            TypeKind.Time => unit is >= TimeUnit.Millisecond and <= TimeUnit.Hour,
            TypeKind.IntervalDayTime => unit is >= TimeUnit.Millisecond and <= TimeUnit.Day,
            TypeKind.IntervalYearMonth => unit is TimeUnit.Month or TimeUnit.Quarter or TimeUnit.Year,
            _ => type.IsTimestamp || type.Kind == TypeKind.Null,
        };
        return fits ? new ResolvedCall(Name, [.. arguments.Select(a => a.Type)], SqlType.BigInt.WithNullable(type.Nullable)) : null;
    }

    private protected static Node? Bind(BoundCall call, Node value, TimeUnit unit)
    {
        var type = value.Type;
        switch (type.Kind)
        {
            case TypeKind.Time: return new UnaryNode<OfTime, int, long>(call.Type, new(unit), value);
            case TypeKind.Date when unit != TimeUnit.Epoch: return new UnaryNode<OfDate, int, long>(call.Type, new(unit), value);
            case TypeKind.IntervalDayTime: return new UnaryNode<OfSpan, long, long>(call.Type, new(unit), value);
            case TypeKind.IntervalYearMonth: return new UnaryNode<OfMonths, int, long>(call.Type, new(unit), value);
        }

        if (!type.IsTimestamp && type.Kind is not (TypeKind.Date or TypeKind.Null)) return null;
        bool fine = unit is TimeUnit.Microsecond or TimeUnit.Nanosecond;
        var wall = Casting.To(value, SqlType.Timestamp(fine ? 9 : 3).WithNullable(type.Nullable), call.Evaluation);
        return fine ? new UnaryNode<OfNanos, Int128, long>(call.Type, new(unit), wall) : new UnaryNode<OfMs, long, long>(call.Type, new(unit), wall);
    }

    private readonly struct OfMs(TimeUnit unit) : IUnary<long, long>
    {
        public bool Invoke(long a, ref long result)
        {
            result = TimeUnits.Field(a, unit);
            return true;
        }
    }

    private readonly struct OfDate(TimeUnit unit) : IUnary<int, long>
    {
        public bool Invoke(int a, ref long result)
        {
            result = TimeUnits.Field(a * Calendar.Day, unit);
            return true;
        }
    }

    private readonly struct OfTime(TimeUnit unit) : IUnary<int, long>
    {
        public bool Invoke(int a, ref long result)
        {
            result = TimeUnits.Field(a, unit);
            return true;
        }
    }

    private readonly struct OfNanos(TimeUnit unit) : IUnary<Int128, long>
    {
        public bool Invoke(Int128 a, ref long result)
        {
            result = (long)(a - ((Int128)Calendar.FloorDiv(TemporalText.MsOf(a), 1000) * 1_000_000_000)) / (unit == TimeUnit.Microsecond ? 1000 : 1);
            return true;
        }
    }

    private readonly struct OfSpan(TimeUnit unit) : IUnary<long, long>
    {
        public bool Invoke(long a, ref long result)
        {
            result = unit switch
            {
                TimeUnit.Day => a / Calendar.Day,
                TimeUnit.Hour => a / Calendar.Hour % 24,
                TimeUnit.Minute => a / Calendar.Minute % 60,
                TimeUnit.Second => a / Calendar.Second % 60,
                _ => a % 1000,
            };
            return true;
        }
    }

    private readonly struct OfMonths(TimeUnit unit) : IUnary<int, long>
    {
        public bool Invoke(int a, ref long result)
        {
            result = unit switch { TimeUnit.Year => a / 12, TimeUnit.Quarter => (a % 12 / 3) + 1, _ => a % 12 };
            return true;
        }
    }
}

/// <summary>EXTRACT of one unit under a name of its own: YEAR(x).</summary>
public abstract class FieldFunction : ExtractFunction
{
    private protected abstract TimeUnit Unit { get; }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) => arguments.Length == 1 ? Resolve(arguments, arguments[0], Unit) : null;

    public override Node Bind(BoundCall call) => call.Arguments.Length == 1 && Bind(call, call.Arguments[0], Unit) is { } node ? node : throw Unknown(call.Call);
}
