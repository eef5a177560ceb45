namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Text forms of DATE, TIME, TIMESTAMP and intervals: <c>2024-02-29</c>, <c>12:34:56.7</c>, <c>2024-02-29 12:34:56.789</c>, <c>+1-02</c>, <c>+3 04:05:06.789</c>.</summary>
internal static class TemporalText
{
    public const long NanosPerMs = 1_000_000;

    public static void Date(int days, TextSink to)
    {
        var (y, m, d) = Calendar.DateOf(days);
        if (y < 0) to.Append((byte)'-');
        Number(Math.Abs(y), 4, to);
        to.Append((byte)'-');
        Number(m, 2, to);
        to.Append((byte)'-');
        Number(d, 2, to);
    }

    /// <summary>TIME(precision): trailing zeros of the fraction go, but one digit stays.</summary>
    public static void Time(int ms, int precision, TextSink to)
    {
        Clock(ms, to);
        if (precision == 0) return;
        to.Append((byte)'.');
        int rest = ms % 1000;
        do
        {
            to.Append((byte)('0' + (rest / 100)));
            rest = rest % 100 * 10;
        }
        while (--precision > 0 && rest != 0);
    }

    /// <summary>TIMESTAMP(precision ≤ 3) in ms: exactly that many digits.</summary>
    public static void Timestamp(long ms, int precision, TextSink to)
    {
        int ofDay = Calendar.TimeOf(ms);
        Date(Calendar.DayOf(ms), to);
        to.Append((byte)' ');
        Clock(ofDay, to);
        Fraction(ofDay % 1000 * NanosPerMs, precision, to);
    }

    /// <summary>TIMESTAMP(precision &gt; 3) in ns.</summary>
    public static void Timestamp(Int128 nanos, int precision, TextSink to)
    {
        long ms = MsOf(nanos);
        int ofDay = Calendar.TimeOf(ms);
        Date(Calendar.DayOf(ms), to);
        to.Append((byte)' ');
        Clock(ofDay, to);
        Fraction((ofDay % 1000 * NanosPerMs) + (long)(nanos - ((Int128)ms * NanosPerMs)), precision, to);
    }

    /// <summary>Whole ms of ns, rounded down.</summary>
    public static long MsOf(Int128 nanos)
    {
        var (q, r) = Int128.DivRem(nanos, NanosPerMs);
        return (long)(r < 0 ? q - 1 : q);
    }

    public static void Months(int months, TextSink to)
    {
        to.Append((byte)(months < 0 ? '-' : '+'));
        long size = Math.Abs((long)months);
        Number(size / 12, 1, to);
        to.Append((byte)'-');
        Number(size % 12, 2, to);
    }

    public static void Span(long ms, TextSink to)
    {
        to.Append((byte)(ms < 0 ? '-' : '+'));
        ulong size = (ulong)(ms < 0 ? -(Int128)ms : ms);
        Number((long)(size / Calendar.Day), 1, to);
        to.Append((byte)' ');
        int ofDay = (int)(size % Calendar.Day);
        Clock(ofDay, to);
        to.Append((byte)'.');
        Number(ofDay % 1000, 3, to);
    }

    /// <summary>At least <paramref name="digits"/> digits of a number ≥ 0.</summary>
    public static void Number(long value, int digits, TextSink to)
    {
        int length = digits;
        for (long limit = Int128Math.LongPow10(digits); length < 19 && value >= limit; limit *= 10) length++;
        var room = to.Room(length);
        for (int i = length - 1; i >= 0; i--, value /= 10) room[i] = (byte)('0' + (value % 10));
        to.Advance(length);
    }

    private static void Clock(int ofDay, TextSink to)
    {
        Number(ofDay / (int)Calendar.Hour, 2, to);
        to.Append((byte)':');
        Number(ofDay / (int)Calendar.Minute % 60, 2, to);
        to.Append((byte)':');
        Number(ofDay / (int)Calendar.Second % 60, 2, to);
    }

    private static void Fraction(long nanos, int precision, TextSink to)
    {
        if (precision == 0) return;
        to.Append((byte)'.');
        for (long unit = 100_000_000; precision > 0; precision--, unit /= 10) to.Append((byte)('0' + (nanos / unit % 10)));
    }
}
