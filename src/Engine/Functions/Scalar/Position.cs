using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("POSITION", "POSITION(string1 IN string2)", Doc = "The position (1-based) of the first text in the second, 0 if it is not there.", Example = "POSITION('in' IN 'Flink') = 3")]
public sealed class Position : ScalarFunction
{
    public Position() => Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int));

    private readonly struct Kernel : IBinary<Text, Text, int>
    {
        public bool Invoke(Text part, Text text, ref int result)
        {
            result = CodePoints.Find(text.Bytes, part.Bytes);
            return true;
        }
    }
}
