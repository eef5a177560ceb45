using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ABS", "ABS(numeric)", Doc = "The absolute value; that of the least integer wraps.", Example = "ABS(-1) = 1")]
public sealed class Abs : NumericFunction
{
    private protected override Node Number<T>(SqlType type, Node a) => new UnaryNode<Kernel<T>, T, T>(type, default, a);

    private protected override Node Decimal<TA, TR>(SqlType type, Node a) => new UnaryNode<Kernel<TA>, TA, TA>(type, default, a);

    private readonly struct Kernel<T> : IUnary<T, T> where T : struct, System.Numerics.INumber<T>
    {
        public bool Invoke(T a, ref T result)
        {
            result = T.IsNegative(a) ? unchecked(-a) : a;
            return true;
        }
    }
}
