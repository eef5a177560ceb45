using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SHA256", "SHA256(string)", Doc = "The SHA256 hash of the text in hexadecimal.", Example = "SHA256('a') = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'")]
public sealed class Sha256 : ScalarFunction
{
    public Sha256() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(a.Bytes, hash);
            Convert.TryToHexStringLower(hash, result.Room(hash.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
