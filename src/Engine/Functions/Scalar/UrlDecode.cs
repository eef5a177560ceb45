using System.Buffers.Text;
using System.Text.Unicode;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("URL_DECODE", "URL_DECODE(string)", Doc = "The text that application/x-www-form-urlencoded stands for; NULL if it is malformed.", Example = "URL_DECODE('a+b') = 'a b'")]
public sealed class UrlDecode : ScalarFunction
{
    public UrlDecode() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String, true));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var text = a.Bytes;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == '+') result.Append((byte)' ');
                else if (text[i] != '%') result.Append(text[i]);
                else
                {
                    if (i + 2 >= text.Length || !Utf8Parser.TryParse(text.Slice(i + 1, 2), out byte b, out int taken, 'x') || taken != 2) return false;
                    result.Append(b);
                    i += 2;
                }
            }

            return Utf8.IsValid(result.Written);
        }
    }
}
