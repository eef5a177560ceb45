using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("URL_ENCODE", "URL_ENCODE(string)", Doc = "The text as application/x-www-form-urlencoded.", Example = "URL_ENCODE('a b') = 'a+b'")]
public sealed class UrlEncode : ScalarFunction
{
    public UrlEncode() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            foreach (byte b in a.Bytes)
            {
                if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'*' or (byte)'_') result.Append(b);
                else if (b == ' ') result.Append((byte)'+');
                else
                {
                    result.Append((byte)'%');
                    result.Append("0123456789ABCDEF"u8.Slice(b >> 4, 1));
                    result.Append("0123456789ABCDEF"u8.Slice(b & 15, 1));
                }
            }

            return true;
        }
    }
}
