using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("INSTR", "INSTR(string1, string2[, start[, nth]])", Doc = "The position (1-based) of the second text in the first, 0 if it is not there; from a start on (negative: backwards from that place before the end) the nth one.", Example = "INSTR('Flink', 'in') = 3")]
public sealed class Instr : ScalarFunction
{
    public Instr()
    {
        Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int));
        Add(Overload.Of<FromStart, Text, Text, int, int>(Take.Text, Take.Text, Take.Int, SqlType.Int));
        Add(Overload.Of<Nth, Text, Text, int, int, int>(Take.Text, Take.Text, Take.Int, Take.Int, SqlType.Int));
    }

    private readonly struct Kernel : IBinary<Text, Text, int>
    {
        public bool Invoke(Text text, Text part, ref int result)
        {
            result = CodePoints.Find(text.Bytes, part.Bytes);
            return true;
        }
    }

    private readonly struct FromStart : ITernary<Text, Text, int, int>
    {
        public bool Invoke(Text text, Text part, int start, ref int result)
        {
            result = Find(text.Bytes, part.Bytes, start, 1);
            return true;
        }
    }

    private readonly struct Nth : IQuaternary<Text, Text, int, int, int>
    {
        public bool Invoke(Text text, Text part, int start, int nth, ref int result)
        {
            result = Find(text.Bytes, part.Bytes, start, nth);
            return true;
        }
    }

    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, int start, int nth)
    {
        int characters = CodePoints.Count(text);
        if (start == 0 || nth < 1 || Math.Abs((long)start) > characters) return 0;
        int step = Math.Sign(start);
        for (int position = start > 0 ? start : characters + start + 1; position >= 1 && position <= characters; position += step)
        {
            if (text[CodePoints.Offset(text, position - 1)..].StartsWith(part) && --nth == 0) return position;
        }

        return 0;
    }
}
