using System.Buffers.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TO_BASE64", "TO_BASE64(string)", Doc = "The text in Base64.", Example = "TO_BASE64('hello world') = 'aGVsbG8gd29ybGQ='")]
public sealed class ToBase64 : ScalarFunction
{
    public ToBase64() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var bytes = a.Bytes;
            Base64.EncodeToUtf8(bytes, result.Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out int n);
            result.Advance(n);
            return true;
        }
    }
}
