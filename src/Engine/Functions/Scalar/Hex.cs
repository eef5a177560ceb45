using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("HEX", "HEX(numeric)", "HEX(string)", Doc = "The number, or the bytes of the text, in upper-case hexadecimal.", Example = "HEX(20) = '14'")]
public sealed class Hex : ScalarFunction
{
    public Hex()
    {
        Add(Overload.Of<Number, long, TextSink>(Take.BigInt, SqlType.String));
        Add(Overload.Of<Bytes, Text, TextSink>(Take.Text, SqlType.String));
    }

    private readonly struct Number : IUnary<long, TextSink>
    {
        public bool Invoke(long a, ref TextSink result)
        {
            a.TryFormat(result.Room(16), out int n, "X", System.Globalization.CultureInfo.InvariantCulture);
            result.Advance(n);
            return true;
        }
    }

    private readonly struct Bytes : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            Convert.TryToHexString(a.Bytes, result.Room(a.Bytes.Length * 2), out int n);
            result.Advance(n);
            return true;
        }
    }
}
