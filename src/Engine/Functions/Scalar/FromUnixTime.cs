using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("FROM_UNIXTIME", "FROM_UNIXTIME(numeric[, string])", Purity = Purity.Zone, Doc = "Seconds since 1970 as text in the session time zone, by a pattern (yyyy-MM-dd HH:mm:ss if not given).", Example = "FROM_UNIXTIME(44) = '1970-01-01 00:00:44'")]
public sealed class FromUnixTime : ScalarFunction
{
    public FromUnixTime()
    {
        Add(Overload.Of<Plain, long, TextSink>(Take.BigInt, SqlType.String, kernel: static c => new Plain(new Zone(c.Evaluation.Context.TimeZone))));
        Add(Overload.Of<Pattern, long, Text, TextSink>(Take.BigInt, Take.Text, SqlType.String, true, static c => new Pattern(new Zone(c.Evaluation.Context.TimeZone), new DatePatterns())));
    }

    private readonly struct Plain(Zone zone) : IUnary<long, TextSink>
    {
        public bool Invoke(long a, ref TextSink result)
        {
            TemporalText.Timestamp(zone.ToLocal(a * 1000), 0, result);
            return true;
        }
    }

    private readonly struct Pattern(Zone zone, DatePatterns patterns) : IBinary<long, Text, TextSink>
    {
        public bool Invoke(long a, Text pattern, ref TextSink result)
        {
            if (patterns.Of(pattern.Bytes) is not { } known) return false;
            known.Write((Int128)zone.ToLocal(a * 1000) * TemporalText.NanosPerMs, result);
            return true;
        }
    }
}
