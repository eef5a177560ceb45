using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CONVERT_TZ", "CONVERT_TZ(string1, string2, string3)", Doc = "A wall-clock time as text (yyyy-MM-dd HH:mm:ss) of one time zone in another; NULL if one of them does not exist.", Example = "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles') = '1969-12-31 16:00:00'")]
public sealed class ConvertTz : ScalarFunction
{
    public ConvertTz() => Add(Overload.Of<Kernel, Text, Text, Text, TextSink>(Take.Text, Take.Text, Take.Text, SqlType.String, true));

    private readonly struct Kernel : ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text from, Text to, ref TextSink result)
        {
            if (!TemporalParse.Timestamp(a.Bytes, out var nanos) || Find(from) is not { } source || Find(to) is not { } target) return false;
            TemporalText.Timestamp(new Zone(target).ToLocal(new Zone(source).ToUtc(TemporalText.MsOf(nanos))), 0, result);
            return true;
        }
    }

    private static TimeZoneInfo? Find(Text name) => TimeZones.Find(Encoding.UTF8.GetString(name.Bytes));
}
