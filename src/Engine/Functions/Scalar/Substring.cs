using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SUBSTRING", "SUBSTRING(string FROM integer1 [FOR integer2])", "SUBSTR(string, integer1[, integer2])", Aliases = ["SUBSTR"], Doc = "Characters from a position (1-based; negative: from the end) on; NULL for a negative length.", Example = "SUBSTRING('Flink' FROM 2 FOR 3) = 'lin'")]
public sealed class Substring : ScalarFunction
{
    public Substring()
    {
        Add(Overload.Of<ToEnd, Text, int, TextSink>(Take.Text, Take.Int, SqlType.String));
        Add(Overload.Of<OfLength, Text, int, int, TextSink>(Take.Text, Take.Int, Take.Int, SqlType.String, true));
    }

    private readonly struct ToEnd : IBinary<Text, int, TextSink>
    {
        public bool Invoke(Text a, int from, ref TextSink result)
        {
            return Write(a, from, int.MaxValue, result);
        }
    }

    private readonly struct OfLength : ITernary<Text, int, int, TextSink>
    {
        public bool Invoke(Text a, int from, int length, ref TextSink result)
        {
            return Write(a, from, length, result);
        }
    }

    private static bool Write(Text source, int from, int length, TextSink to)
    {
        if (length < 0) return false;
        var text = source.Bytes;
        int start = Math.Max(0, from - 1);
        if (from < 0)
        {
            start = CodePoints.Count(text) + from;
            if (start < 0) return true;
        }

        to.Share(source, CodePoints.Slice(text, start, length));
        return true;
    }
}
