using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("OVERLAY", "OVERLAY(string1 PLACING string2 FROM integer1 [FOR integer2])", Doc = "The first text with characters from a position on (as many as the second has, or the given number) replaced by the second.", Example = "OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6) = 'xxxxxxxxx'")]
public sealed class Overlay : ScalarFunction
{
    public Overlay()
    {
        Add(Overload.Of<Kernel, Text, Text, int, TextSink>(Take.Text, Take.Text, Take.Int, SqlType.String));
        Add(Overload.Of<OfLength, Text, Text, int, int, TextSink>(Take.Text, Take.Text, Take.Int, Take.Int, SqlType.String));
    }

    private readonly struct Kernel : ITernary<Text, Text, int, TextSink>
    {
        public bool Invoke(Text a, Text by, int from, ref TextSink result)
        {
            return Write(a.Bytes, by.Bytes, from, CodePoints.Count(by.Bytes), result);
        }
    }

    private readonly struct OfLength : IQuaternary<Text, Text, int, int, TextSink>
    {
        public bool Invoke(Text a, Text by, int from, int length, ref TextSink result)
        {
            return Write(a.Bytes, by.Bytes, from, length, result);
        }
    }

    private static bool Write(ReadOnlySpan<byte> text, ReadOnlySpan<byte> by, int from, int length, TextSink to)
    {
        if (from <= 0 || from > CodePoints.Count(text))
        {
            to.Append(text);
            return true;
        }

        int start = CodePoints.Offset(text, from - 1);
        to.Append(text[..start]);
        to.Append(by);
        if (length < 0) return true;
        to.Append(text[(start + CodePoints.Offset(text[start..], length))..]);
        return true;
    }
}
