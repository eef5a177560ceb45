using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SIGN", "SIGN(numeric)", Doc = "−1, 0 or 1 in the number's own type.", Example = "SIGN(-5) = -1")]
public sealed class Sign : NumericFunction
{
    private protected override Node Number<T>(SqlType type, Node a) => new UnaryNode<Kernel<T>, T, T>(type, default, a);

    private protected override Node Decimal<TA, TR>(SqlType type, Node a) => new UnaryNode<OfDecimal<TA>, TA, TA>(type, new(type.Scale), a);

    private readonly struct Kernel<T> : IUnary<T, T> where T : struct, INumber<T>
    {
        public bool Invoke(T a, ref T result)
        {
            result = T.IsNaN(a) || T.IsZero(a) ? a : T.CreateChecked(T.IsNegative(a) ? -1 : 1);
            return true;
        }
    }

    private readonly struct OfDecimal<T>(int scale) : IUnary<T, T> where T : struct, IBinaryInteger<T>
    {
        private readonly T _one = T.CreateTruncating(Int128Math.Pow10(scale));

        public bool Invoke(T a, ref T result)
        {
            result = T.IsZero(a) ? a : T.IsNegative(a) ? -_one : _one;
            return true;
        }
    }
}
