using System.Buffers.Text;
using System.Buffers;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("FROM_BASE64", "FROM_BASE64(string)", Doc = "The text that Base64 encodes; NULL if it is none.", Example = "FROM_BASE64('aGVsbG8gd29ybGQ=') = 'hello world'")]
public sealed class FromBase64 : ScalarFunction
{
    public FromBase64() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String, true));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var bytes = a.Bytes;
            bool ok = Base64.DecodeFromUtf8(bytes, result.Room(Base64.GetMaxDecodedFromUtf8Length(bytes.Length)), out _, out int n) == OperationStatus.Done;
            result.Advance(n);
            return ok;
        }
    }
}
