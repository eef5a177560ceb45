using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REPEAT", "REPEAT(string, integer)", Doc = "The text repeated.", Example = "REPEAT('ab', 3) = 'ababab'")]
public sealed class Repeat : ScalarFunction
{
    public Repeat() => Add(Overload.Of<Kernel, Text, int, TextSink>(Take.Text, Take.Int, SqlType.String));

    private readonly struct Kernel : IBinary<Text, int, TextSink>
    {
        public bool Invoke(Text a, int times, ref TextSink result)
        {
            for (; times > 0; times--) result.Append(a.Bytes);
            return true;
        }
    }
}
