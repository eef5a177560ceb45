using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TO_DATE", "TO_DATE(string1[, string2])", Doc = "The DATE that a text names, by a pattern if given; NULL if it names none.", Example = "TO_DATE('2024-02-03') = DATE '2024-02-03'")]
public sealed class ToDate : ScalarFunction
{
    public ToDate()
    {
        Add(Overload.Of<Plain, Text, int>(Take.Text, SqlType.Date, true));
        Add(Overload.Of<Pattern, Text, Text, int>(Take.Text, Take.Text, SqlType.Date, true, static _ => new Pattern(new DatePatterns())));
    }

    private readonly struct Plain : IUnary<Text, int>
    {
        public bool Invoke(Text a, ref int result)
        {
            return TemporalParse.Date(a.Bytes, out result);
        }
    }

    private readonly struct Pattern(DatePatterns patterns) : IBinary<Text, Text, int>
    {
        public bool Invoke(Text a, Text pattern, ref int result)
        {
            if (patterns.Of(pattern.Bytes) is not { } known || !known.Read(a.Bytes, out var nanos)) return false;
            result = Calendar.DayOf(TemporalText.MsOf(nanos));
            return true;
        }
    }
}
