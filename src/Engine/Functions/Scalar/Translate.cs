using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TRANSLATE", "TRANSLATE(expr, fromStr, toStr)", Doc = "The text with each character of the second replaced by the one at its place in the third, or left out where that is shorter.", Example = "TRANSLATE('www.apache.org', 'wapcheorg', 'astring') = 'aaa.strice.'")]
public sealed class Translate : ScalarFunction
{
    public Translate() => Add(Overload.Of<Kernel, Text, Text, Text, TextSink>(Take.Text, Take.Text, Take.Text, SqlType.String));

    private readonly struct Kernel : ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text from, Text by, ref TextSink result)
        {
            var text = a.Bytes;
            while (!text.IsEmpty)
            {
                int n = CodePoints.Length(text, 0);
                int at = CodePoints.Find(from.Bytes, text[..n]);
                if (at == 0) result.Append(text[..n]);
                else result.Append(CodePoints.Slice(by.Bytes, at - 1, 1));
                text = text[n..];
            }

            return true;
        }
    }
}
