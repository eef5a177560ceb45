using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LEFT", "LEFT(string, integer)", Doc = "The first characters.", Example = "LEFT('Flink', 2) = 'Fl'")]
public sealed class Left : ScalarFunction
{
    public Left() => Add(Overload.Of<Kernel, Text, int, TextSink>(Take.Text, Take.Int, SqlType.String));

    private readonly struct Kernel : IBinary<Text, int, TextSink>
    {
        public bool Invoke(Text a, int count, ref TextSink result)
        {
            if (count > 0) result.Share(a, CodePoints.Slice(a.Bytes, 0, count));
            return true;
        }
    }
}
