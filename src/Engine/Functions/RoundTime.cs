using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>FLOOR(time TO unit) and CEIL(time TO unit): on the wall clock, so that days of TIMESTAMP_LTZ begin at the session's midnight.</summary>
internal static class RoundTime
{
    public static ResolvedCall? Resolve(string name, ImmutableArray<Expr> arguments)
    {
        var type = arguments[0].Type;
        if (TimeUnits.Of(arguments[1]) is not { } unit || unit > TimeUnit.Millennium || unit < TimeUnit.Millisecond) return null;
        return type.IsTimestamp || type.Kind is TypeKind.Date or TypeKind.Time ? new ResolvedCall(name, [type, arguments[1].Type], type) : null;
    }

    public static Node? Bind(BoundCall call, bool up)
    {
        if (TimeUnits.Of(call.Call.Arguments[1]) is not { } unit) return null;
        var a = call.Arguments[0];
        if (a.Type.Kind == TypeKind.Time) return new UnaryNode<OfTime, int, int>(call.Type, new(unit, up), a);
        if (a.Type.Kind == TypeKind.Date) return new UnaryNode<OfDate, int, int>(call.Type, new(unit, up), a);
        var wall = Casting.To(a, SqlType.Timestamp(9).WithNullable(a.Type.Nullable), call.Evaluation);
        var rounded = new UnaryNode<OfNanos, Int128, Int128>(wall.Type, new(unit, up), wall);
        return Casting.To(rounded, call.Type, call.Evaluation);
    }

    private readonly struct OfNanos(TimeUnit unit, bool up) : IUnary<Int128, Int128>
    {
        public bool Invoke(Int128 a, ref Int128 result)
        {
            // Going up, any part of a millisecond counts.
            long ms = TemporalText.MsOf(a);
            if (up && a != (Int128)ms * TemporalText.NanosPerMs) ms++;
            result = (Int128)(up ? TimeUnits.Ceiling(ms, unit) : TimeUnits.Floor(ms, unit)) * TemporalText.NanosPerMs;
            return true;
        }
    }

    private readonly struct OfDate(TimeUnit unit, bool up) : IUnary<int, int>
    {
        public bool Invoke(int a, ref int result)
        {
            long ms = a * Calendar.Day;
            result = Calendar.DayOf(up ? TimeUnits.Ceiling(ms, unit) : TimeUnits.Floor(ms, unit));

            // A date stands for the whole of its day, which ends with the next one.
            if (up && unit <= TimeUnit.Week && result == a) result = Calendar.DayOf(ms + TimeUnits.Milliseconds(unit));
            return true;
        }
    }

    private readonly struct OfTime(TimeUnit unit, bool up) : IUnary<int, int>
    {
        public bool Invoke(int a, ref int result)
        {
            result = (int)(up ? TimeUnits.Ceiling(a, unit) : TimeUnits.Floor(a, unit));
            return true;
        }
    }
}
