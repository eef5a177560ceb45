using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TIMESTAMPADD", "TIMESTAMPADD(timeintervalunit, interval, timepoint)", Doc = "The point in time some units later; months end at the month's last day. A DATE plus less than a day is a TIMESTAMP.", Example = "TIMESTAMPADD(WEEK, 1, DATE '2003-01-02') = DATE '2003-01-09'")]
public sealed class TimestampAdd : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 3 || TimeUnits.Of(arguments[0]) is not { } unit || Take.BigInt(arguments[1].Type) is null) return null;
        if (unit is < TimeUnit.Millisecond or > TimeUnit.Year) return null;
        var type = arguments[2].Type;
        if (!TemporalArithmetic.IsPoint(type)) return null;
        bool nullable = type.Nullable || arguments[1].Type.Nullable;
        bool split = type.Kind == TypeKind.Date && unit < TimeUnit.Day;
        var point = split ? SqlType.Timestamp(6).WithNullable(type.Nullable) : type;
        return new ResolvedCall(Name, [arguments[0].Type, SqlType.BigInt.WithNullable(arguments[1].Type.Nullable), point], point.WithNullable(nullable));
    }

    public override Node Bind(BoundCall call)
    {
        if (Resolve(call.Call.Arguments) is not { } resolved || TimeUnits.Of(call.Call.Arguments[0]) is not { } unit) throw Unknown(call.Call);
        var count = Casting.To(call.Arguments[1], resolved.Arguments[1], call.Evaluation);
        var point = Casting.To(call.Arguments[2], resolved.Arguments[2], call.Evaluation);
        int months = TimeUnits.Months(unit);
        Node span = months > 0
            ? new UnaryNode<Scale<int>, long, int>(new SqlType(TypeKind.IntervalYearMonth, count.Type.Nullable), new(months), count)
            : new UnaryNode<Scale<long>, long, long>(new SqlType(TypeKind.IntervalDayTime, count.Type.Nullable), new(TimeUnits.Milliseconds(unit)), count);
        return TemporalArithmetic.Bind(call.Type, point, span, false) ?? throw Unknown(call.Call);
    }

    private readonly struct Scale<T>(long by) : IUnary<long, T> where T : struct, System.Numerics.INumber<T>
    {
        public bool Invoke(long a, ref T result)
        {
            result = T.CreateTruncating(a * by);
            return true;
        }
    }
}
