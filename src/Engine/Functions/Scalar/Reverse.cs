using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REVERSE", "REVERSE(string)", Doc = "The characters in reverse order.", Example = "REVERSE('abc') = 'cba'")]
public sealed class Reverse : ScalarFunction
{
    public Reverse() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var text = a.Bytes;
            while (!text.IsEmpty)
            {
                int at = text.Length - 1;
                while (at > 0 && (text[at] & 0xC0) == 0x80) at--;
                result.Append(text[at..]);
                text = text[..at];
            }

            return true;
        }
    }
}
