using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("RPAD", "RPAD(string1, integer, string2)", Doc = "The text brought to a length: padded on the right with the second text, or cut. NULL for a negative length or an empty padding.", Example = "RPAD('hi', 4, '??') = 'hi??'")]
public sealed class RPad : ScalarFunction
{
    public RPad() => Add(Overload.Of<Kernel, Text, int, Text, TextSink>(Take.Text, Take.Int, Take.Text, SqlType.String, true));

    private readonly struct Kernel : ITernary<Text, int, Text, TextSink>
    {
        public bool Invoke(Text a, int length, Text pad, ref TextSink result)
        {
            if (length < 0 || pad.Bytes.IsEmpty) return false;
            var text = CodePoints.Slice(a.Bytes, 0, length);
            int count = CodePoints.Count(text);
            result.Append(text);
            Padding.Write(pad.Bytes, length - count, result);
            return true;
        }
    }
}
