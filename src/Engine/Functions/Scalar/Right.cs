using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("RIGHT", "RIGHT(string, integer)", Doc = "The last characters.", Example = "RIGHT('Flink', 2) = 'nk'")]
public sealed class Right : ScalarFunction
{
    public Right() => Add(Overload.Of<Kernel, Text, int, TextSink>(Take.Text, Take.Int, SqlType.String));

    private readonly struct Kernel : IBinary<Text, int, TextSink>
    {
        public bool Invoke(Text a, int count, ref TextSink result)
        {
            var text = a.Bytes;
            if (count > 0) result.Share(a, text[CodePoints.Offset(text, Math.Max(0, CodePoints.Count(text) - count))..]);
            return true;
        }
    }
}
