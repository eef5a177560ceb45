using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TIMESTAMPDIFF", "TIMESTAMPDIFF(timepointunit, timepoint1, timepoint2)", Doc = "The whole units from the first point in time to the second; negative when the second is earlier.", Example = "TIMESTAMPDIFF(DAY, DATE '2003-01-02', DATE '2003-01-01') = -1")]
public sealed class TimestampDiff : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 3 || TimeUnits.Of(arguments[0]) is not { } unit || unit is < TimeUnit.Millisecond or > TimeUnit.Year) return null;
        if (Point(arguments[1].Type) is not { } a || Point(arguments[2].Type) is not { } b) return null;
        if (arguments.Any(x => x.Type.Kind == TypeKind.Time) && arguments.Any(x => x.Type.Kind == TypeKind.TimestampLtz)) return null;
        return new ResolvedCall(Name, [arguments[0].Type, a, b], SqlType.Int.WithNullable(a.Nullable || b.Nullable));
    }

    public override Node Bind(BoundCall call)
    {
        if (Resolve(call.Call.Arguments) is not { } resolved || TimeUnits.Of(call.Call.Arguments[0]) is not { } unit) throw Unknown(call.Call);
        var a = Casting.To(call.Arguments[1], resolved.Arguments[1], call.Evaluation);
        var b = Casting.To(call.Arguments[2], resolved.Arguments[2], call.Evaluation);
        return new BinaryNode<Kernel, long, long, int>(call.Type, new(unit), a, b);
    }

    private static SqlType? Point(SqlType type) =>
        type.Kind == TypeKind.TimestampLtz ? SqlType.TimestampLtz(3).WithNullable(type.Nullable)
        : TemporalArithmetic.IsPoint(type) || type.Kind == TypeKind.Null ? SqlType.Timestamp(3).WithNullable(type.Nullable) : null;

    private readonly struct Kernel(TimeUnit unit) : IBinary<long, long, int>
    {
        private readonly int _months = TimeUnits.Months(unit);
        private readonly long _ms = TimeUnits.Milliseconds(unit);

        public bool Invoke(long a, long b, ref int result)
        {
            result = (int)(_months == 0 ? (b - a) / _ms : Months(a, b) / _months);
            return true;
        }

        // Complete months: the later point's day and time must have come round.
        private static int Months(long from, long to)
        {
            if (to < from) return -Months(to, from);
            var (y1, m1, d1) = Calendar.DateOf(Calendar.DayOf(from));
            var (y2, m2, d2) = Calendar.DateOf(Calendar.DayOf(to));
            int months = ((y2 - y1) * 12) + m2 - m1;
            return d2 < d1 || (d2 == d1 && Calendar.TimeOf(to) < Calendar.TimeOf(from)) ? months - 1 : months;
        }
    }
}
