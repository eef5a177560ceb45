using System.Security.Cryptography;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SHA2", "SHA2(string, hashLength)", Doc = "The SHA-2 hash of 256, 384 or 512 bits in hexadecimal; NULL for another length.", Example = "SHA2('a', 256) = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'")]
public sealed class Sha2 : ScalarFunction
{
    public Sha2()
    {
        Add(Overload.Of<Kernel, Text, int, TextSink>(Take.Text, Take.Int, SqlType.String, true));
        Add(Overload.Of<Kernel, Text, int, TextSink>(Take.Binary, Take.Int, SqlType.String, true));
    }

    private readonly struct Kernel : IBinary<Text, int, TextSink>
    {
        public bool Invoke(Text a, int bits, ref TextSink result)
        {
            Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
            int length = bits switch
            {
                256 => SHA256.HashData(a.Bytes, hash),
                384 => SHA384.HashData(a.Bytes, hash),
                512 => SHA512.HashData(a.Bytes, hash),
                _ => 0,
            };
            Convert.TryToHexStringLower(hash[..length], result.Room(length * 2), out int n);
            result.Advance(n);
            return length > 0;
        }
    }
}
