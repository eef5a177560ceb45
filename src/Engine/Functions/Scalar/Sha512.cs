using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SHA512", "SHA512(string)", Doc = "The SHA512 hash of the text in hexadecimal.", Example = "SHA512('a') = '1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75'")]
public sealed class Sha512 : ScalarFunction
{
    public Sha512() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
            SHA512.HashData(a.Bytes, hash);
            Convert.TryToHexStringLower(hash, result.Room(hash.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
