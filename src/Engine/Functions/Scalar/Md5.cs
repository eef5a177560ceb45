using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MD5", "MD5(string)", Doc = "The MD5 hash of the text in hexadecimal.", Example = "MD5('a') = '0cc175b9c0f1b6a831c399e269772661'")]
public sealed class Md5 : ScalarFunction
{
    public Md5() => Add(Overload.Of<Kernel, Text, TextSink>(Take.TextOrBinary, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
            MD5.HashData(a.Bytes, hash);
            Convert.TryToHexStringLower(hash, result.Room(hash.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
