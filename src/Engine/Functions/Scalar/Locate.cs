using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOCATE", "LOCATE(string1, string2[, integer])", Doc = "The position of the first text in the second, from a position on; 0 if it is not there.", Example = "LOCATE('a', 'banana', 3) = 4")]
public sealed class Locate : ScalarFunction
{
    public Locate()
    {
        Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int));
        Add(Overload.Of<From, Text, Text, int, int>(Take.Text, Take.Text, Take.Int, SqlType.Int));
    }

    private readonly struct Kernel : IBinary<Text, Text, int>
    {
        public bool Invoke(Text part, Text text, ref int result)
        {
            result = CodePoints.Find(text.Bytes, part.Bytes);
            return true;
        }
    }

    private readonly struct From : ITernary<Text, Text, int, int>
    {
        public bool Invoke(Text part, Text text, int from, ref int result)
        {
            result = from <= 0 ? 0 : CodePoints.Find(text.Bytes, part.Bytes, from);
            return true;
        }
    }
}
