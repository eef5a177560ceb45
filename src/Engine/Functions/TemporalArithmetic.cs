using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions;

/// <summary>Points in time plus or minus intervals, and intervals among themselves.</summary>
internal static class TemporalArithmetic
{
    public static bool IsInterval(SqlType type) => type.Kind is TypeKind.IntervalDayTime or TypeKind.IntervalYearMonth;

    public static bool IsPoint(SqlType type) => type.IsTimestamp || type.Kind is TypeKind.Date or TypeKind.Time;

    /// <summary>The type of point ± interval (the point's) or interval ± interval of one kind; null = no such operation.</summary>
    public static SqlType? Result(SqlType left, SqlType right) =>
        IsInterval(right) && (IsPoint(left) || left.Kind == right.Kind) ? left.WithNullable(left.Nullable || right.Nullable) : null;

    public static Node? Bind(SqlType type, Node a, Node b, bool subtract)
    {
        bool months = b.Type.Kind == TypeKind.IntervalYearMonth;
        if (!IsInterval(b.Type)) return null;
        switch (a.Type.Kind)
        {
            case TypeKind.IntervalYearMonth when months: return subtract ? new ArithmeticNode<Subtract<int>, int>(type, a, b) : new ArithmeticNode<Add<int>, int>(type, a, b);
            case TypeKind.IntervalDayTime when !months:
                return Milliseconds(type, a, b, subtract);
            case TypeKind.Date:
                return months ? new BinaryNode<DatePlusMonths, int, int, int>(type, new(subtract), a, b) : new BinaryNode<DatePlusMs, int, long, int>(type, new(subtract), a, b);
            case TypeKind.Time when !months: return new BinaryNode<TimePlusMs, int, long, int>(type, new(subtract), a, b);
            case TypeKind.Time: return a;
            case TypeKind.Timestamp or TypeKind.TimestampLtz when a.Type.Physical == Physical.Int64:
                return months ? new BinaryNode<MsPlusMonths, long, int, long>(type, new(subtract), a, b) : Milliseconds(type, a, b, subtract);
            case TypeKind.Timestamp or TypeKind.TimestampLtz:
                return months ? new BinaryNode<NanosPlusMonths, Int128, int, Int128>(type, new(subtract), a, b) : new BinaryNode<NanosPlusMs, Int128, long, Int128>(type, new(subtract), a, b);
            default: return null;
        }
    }

    private static Node Milliseconds(SqlType type, Node a, Node b, bool subtract) =>
        subtract ? new ArithmeticNode<Subtract<long>, long>(type, a, b) : new ArithmeticNode<Add<long>, long>(type, a, b);

    private readonly struct DatePlusMonths(bool subtract) : IBinary<int, int, int>
    {
        public bool Invoke(int a, int b, ref int result)
        {
            result = Calendar.AddMonths(a, subtract ? -b : b);
            return true;
        }
    }

    /// <summary>Whole days of the interval count.</summary>
    private readonly struct DatePlusMs(bool subtract) : IBinary<int, long, int>
    {
        public bool Invoke(int a, long b, ref int result)
        {
            result = a + (int)((subtract ? -b : b) / Calendar.Day);
            return true;
        }
    }

    private readonly struct TimePlusMs(bool subtract) : IBinary<int, long, int>
    {
        public bool Invoke(int a, long b, ref int result)
        {
            result = Calendar.TimeOf(a + (subtract ? -b : b));
            return true;
        }
    }

    private readonly struct MsPlusMonths(bool subtract) : IBinary<long, int, long>
    {
        public bool Invoke(long a, int b, ref long result)
        {
            result = (Calendar.AddMonths(Calendar.DayOf(a), subtract ? -b : b) * Calendar.Day) + Calendar.TimeOf(a);
            return true;
        }
    }

    private readonly struct NanosPlusMonths(bool subtract) : IBinary<Int128, int, Int128>
    {
        public bool Invoke(Int128 a, int b, ref Int128 result)
        {
            int day = Calendar.DayOf(TemporalText.MsOf(a));
            result = a + ((Int128)(Calendar.AddMonths(day, subtract ? -b : b) - day) * Calendar.Day * TemporalText.NanosPerMs);
            return true;
        }
    }

    private readonly struct NanosPlusMs(bool subtract) : IBinary<Int128, long, Int128>
    {
        public bool Invoke(Int128 a, long b, ref Int128 result)
        {
            result = a + ((Int128)(subtract ? -b : b) * TemporalText.NanosPerMs);
            return true;
        }
    }
}
