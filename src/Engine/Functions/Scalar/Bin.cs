using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("BIN", "BIN(INT)", Doc = "The number in binary.", Example = "BIN(4) = '100'")]
public sealed class Bin : ScalarFunction
{
    public Bin() => Add(Overload.Of<Kernel, long, TextSink>(Take.BigInt, SqlType.String));

    private readonly struct Kernel : IUnary<long, TextSink>
    {
        public bool Invoke(long a, ref TextSink result)
        {
            a.TryFormat(result.Room(64), out int n, "b", System.Globalization.CultureInfo.InvariantCulture);
            result.Advance(n);
            return true;
        }
    }
}
