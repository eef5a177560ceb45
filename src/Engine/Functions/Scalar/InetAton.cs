using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("INET_ATON", "INET_ATON(string)", Doc = "The number of an IPv4 address (of one to four parts, the last one filling what is left); NULL if it is none.", Example = "INET_ATON('127.0.0.1') = 2130706433")]
public sealed class InetAton : ScalarFunction
{
    public InetAton() => Add(Overload.Of<Kernel, Text, long>(Take.Text, SqlType.BigInt, true));

    private readonly struct Kernel : IUnary<Text, long>
    {
        public bool Invoke(Text a, ref long result)
        {
            var text = a.Bytes;
            int parts = 0;
            long address = 0;
            while (true)
            {
                int end = text.IndexOf((byte)'.');
                var part = end < 0 ? text : text[..end];
                if (part.IsEmpty || part.Length > 3 || part.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
                int value = 0;
                foreach (byte digit in part) value = (value * 10) + (digit - '0');
                if (value > 255 || ++parts > 4) return false;
                if (end < 0)
                {
                    result = (address << (8 * (5 - parts))) | (uint)value;
                    return true;
                }

                address = (address << 8) | (uint)value;
                text = text[(end + 1)..];
            }
        }
    }
}
