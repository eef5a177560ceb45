using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TO_TIMESTAMP", "TO_TIMESTAMP(string1[, string2])", Doc = "The TIMESTAMP(3) that a text names, by a pattern if given; NULL if it names none.", Example = "TO_TIMESTAMP('2024-02-03 04:05:06') = TIMESTAMP '2024-02-03 04:05:06.000'")]
public sealed class ToTimestamp : ScalarFunction
{
    public ToTimestamp()
    {
        Add(Overload.Of<Plain, Text, long>(Take.Text, SqlType.Timestamp(3), true));
        Add(Overload.Of<Pattern, Text, Text, long>(Take.Text, Take.Text, SqlType.Timestamp(3), true, static _ => new Pattern(new DatePatterns())));
    }

    private readonly struct Plain : IUnary<Text, long>
    {
        public bool Invoke(Text a, ref long result)
        {
            bool ok = TemporalParse.Timestamp(a.Bytes, out var nanos);
            result = TemporalText.MsOf(nanos);
            return ok;
        }
    }

    private readonly struct Pattern(DatePatterns patterns) : IBinary<Text, Text, long>
    {
        public bool Invoke(Text a, Text pattern, ref long result)
        {
            if (patterns.Of(pattern.Bytes) is not { } known || !known.Read(a.Bytes, out var nanos)) return false;
            result = TemporalText.MsOf(nanos);
            return true;
        }
    }
}
