using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("INSTR", "INSTR(string1, string2)", Doc = "The position (1-based) of the second text in the first, 0 if it is not there.", Example = "INSTR('Flink', 'in') = 3")]
public sealed class Instr : ScalarFunction
{
    public Instr() => Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int));

    private readonly struct Kernel : IBinary<Text, Text, int>
    {
        public bool Invoke(Text text, Text part, ref int result)
        {
            result = CodePoints.Find(text.Bytes, part.Bytes);
            return true;
        }
    }
}
