using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SHA384", "SHA384(string)", Doc = "The SHA384 hash of the text in hexadecimal.", Example = "SHA384('a') = '54a59b9f22b0b80880d8427e548b7c23abd873486e1f035dce9cd697e85175033caa88e6d57bc35efae0b5afd3145f31'")]
public sealed class Sha384 : ScalarFunction
{
    public Sha384() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
            SHA384.HashData(a.Bytes, hash);
            Convert.TryToHexStringLower(hash, result.Room(hash.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
