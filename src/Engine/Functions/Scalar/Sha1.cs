using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SHA1", "SHA1(string)", Doc = "The SHA1 hash of the text in hexadecimal.", Example = "SHA1('a') = '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'")]
public sealed class Sha1 : ScalarFunction
{
    public Sha1() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
            SHA1.HashData(a.Bytes, hash);
            Convert.TryToHexStringLower(hash, result.Room(hash.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
