using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LTRIM", "LTRIM(string[, characters])", Doc = "The text without blanks, or without the given characters, at the start.", Example = "LTRIM('xxa', 'x') = 'a'")]
public sealed class LTrim : ScalarFunction
{
    public LTrim()
    {
        Add(Overload.Of<Blanks, Text, TextSink>(Take.Text, SqlType.String));
        Add(Overload.Of<Characters, Text, Text, TextSink>(Take.Text, Take.Text, SqlType.String));
    }

    private readonly struct Blanks : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            result.Share(a, CodePoints.TrimStart(a.Bytes, " "u8));
            return true;
        }
    }

    private readonly struct Characters : IBinary<Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text b, ref TextSink result)
        {
            result.Share(a, CodePoints.TrimStart(a.Bytes, b.Bytes));
            return true;
        }
    }
}
