using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("INET_NTOA", "INET_NTOA(integer)", Doc = "The IPv4 address of a number; NULL if it is none.", Example = "INET_NTOA(2130706433) = '127.0.0.1'")]
public sealed class InetNtoa : ScalarFunction
{
    public InetNtoa() => Add(Overload.Of<Kernel, long, TextSink>(Take.BigInt, SqlType.String, mayBeNull: true));

    private readonly struct Kernel : IUnary<long, TextSink>
    {
        public bool Invoke(long address, ref TextSink result)
        {
            if (address is < 0 or > uint.MaxValue) return false;
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                NumberText.Integer(address >> shift & 255, result);
                if (shift > 0) result.Append((byte)'.');
            }

            return true;
        }
    }
}
