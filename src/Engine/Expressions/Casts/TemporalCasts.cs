using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>ms → ms of fewer digits, rounded down.</summary>
internal readonly struct TruncateMs(int precision) : IUnary<long, long>
{
    private readonly long _unit = Int128Math.LongPow10(3 - precision);

    public bool Invoke(long a, ref long result)
    {
        result = a - Calendar.FloorMod(a, _unit);
        return true;
    }
}

/// <summary>ms → ns.</summary>
internal readonly struct MsToNanos : IUnary<long, Int128>
{
    public bool Invoke(long a, ref Int128 result)
    {
        result = (Int128)a * TemporalText.NanosPerMs;
        return true;
    }
}

/// <summary>ns → ms with at most that many digits.</summary>
internal readonly struct NanosToMs(int precision) : IUnary<Int128, long>
{
    private readonly long _unit = Int128Math.LongPow10(3 - precision);

    public bool Invoke(Int128 a, ref long result)
    {
        result = TemporalText.MsOf(a);
        result -= Calendar.FloorMod(result, _unit);
        return true;
    }
}

/// <summary>ns → ns of fewer digits, rounded down.</summary>
internal readonly struct TruncateNanos(int precision) : IUnary<Int128, Int128>
{
    private readonly Int128 _unit = Int128Math.Pow10(9 - precision);

    public bool Invoke(Int128 a, ref Int128 result)
    {
        var r = a % _unit;
        result = a - (r < 0 ? r + _unit : r);
        return true;
    }
}

/// <summary>TIMESTAMP → TIMESTAMP_LTZ, both of ≤ 3 digits.</summary>
internal readonly struct LocalToUtc(Zone zone) : IUnary<long, long>
{
    public bool Invoke(long a, ref long result)
    {
        result = zone.ToUtc(a);
        return true;
    }
}

internal readonly struct UtcToLocal(Zone zone) : IUnary<long, long>
{
    public bool Invoke(long a, ref long result)
    {
        result = zone.ToLocal(a);
        return true;
    }
}

internal readonly struct LocalToUtcNanos(Zone zone) : IUnary<Int128, Int128>
{
    public bool Invoke(Int128 a, ref Int128 result)
    {
        long ms = TemporalText.MsOf(a);
        result = a + ((Int128)(zone.ToUtc(ms) - ms) * TemporalText.NanosPerMs);
        return true;
    }
}

internal readonly struct UtcToLocalNanos(Zone zone) : IUnary<Int128, Int128>
{
    public bool Invoke(Int128 a, ref Int128 result)
    {
        long ms = TemporalText.MsOf(a);
        result = a + ((Int128)(zone.ToLocal(ms) - ms) * TemporalText.NanosPerMs);
        return true;
    }
}

internal readonly struct DateToMs : IUnary<int, long>
{
    public bool Invoke(int a, ref long result)
    {
        result = a * Calendar.Day;
        return true;
    }
}

/// <summary>TIME → TIMESTAMP: the time of day on 1970-01-01.</summary>
internal readonly struct TimeToMs : IUnary<int, long>
{
    public bool Invoke(int a, ref long result)
    {
        result = a;
        return true;
    }
}

internal readonly struct MsToDate : IUnary<long, int>
{
    public bool Invoke(long a, ref int result)
    {
        result = Calendar.DayOf(a);
        return true;
    }
}

internal readonly struct MsToTime(int precision) : IUnary<long, int>
{
    private readonly int _unit = (int)Int128Math.LongPow10(3 - Math.Min(3, precision));

    public bool Invoke(long a, ref int result)
    {
        result = Calendar.TimeOf(a);
        result -= result % _unit;
        return true;
    }
}

/// <summary>TIME(p) → TIME(q).</summary>
internal readonly struct TruncateTime(SqlType to) : IUnary<int, int>
{
    private readonly int _unit = (int)Int128Math.LongPow10(3 - Math.Min(3, to.Precision));

    public bool Invoke(int a, ref int result)
    {
        result = a - (a % _unit);
        return true;
    }
}
