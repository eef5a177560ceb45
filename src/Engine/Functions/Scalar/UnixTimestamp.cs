using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("UNIX_TIMESTAMP", "UNIX_TIMESTAMP()", "UNIX_TIMESTAMP(string1[, string2])", Purity = Purity.Time, Doc = "Seconds since 1970 of now, or of a text in the session time zone (by a pattern if given; the least BIGINT if it names none).", Example = "UNIX_TIMESTAMP('1970-01-01 00:00:44') = 44")]
public sealed class UnixTimestamp : ScalarFunction
{
    public UnixTimestamp()
    {
        Add(Overload.Of<Now, long>(SqlType.BigInt.NotNull));
        Add(Overload.Of<Plain, Text, long>(Take.Text, SqlType.BigInt, kernel: static c => new Plain(new Zone(c.Evaluation.Context.TimeZone))));
        Add(Overload.Of<Pattern, Text, Text, long>(Take.Text, Take.Text, SqlType.BigInt, kernel: static c => new Pattern(new Zone(c.Evaluation.Context.TimeZone), new DatePatterns())));
    }

    private readonly struct Now : INullary<long>
    {
        public bool Invoke(Evaluation evaluation, ref long result)
        {
            result = evaluation.ProcessingTime / 1000;
            return true;
        }
    }

    private readonly struct Plain(Zone zone) : IUnary<Text, long>
    {
        public bool Invoke(Text a, ref long result)
        {
            result = TemporalParse.Timestamp(a.Bytes, out var nanos) ? Calendar.FloorDiv(zone.ToUtc(TemporalText.MsOf(nanos)), 1000) : long.MinValue;
            return true;
        }
    }

    private readonly struct Pattern(Zone zone, DatePatterns patterns) : IBinary<Text, Text, long>
    {
        public bool Invoke(Text a, Text pattern, ref long result)
        {
            Int128 nanos = 0;
            bool ok = patterns.Of(pattern.Bytes) is { } known && known.Read(a.Bytes, out nanos);
            result = ok ? Calendar.FloorDiv(zone.ToUtc(TemporalText.MsOf(nanos)), 1000) : long.MinValue;
            return true;
        }
    }
}
