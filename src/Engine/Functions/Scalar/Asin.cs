using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ASIN", "ASIN(numeric)", Doc = "The arc sine.", Example = "ASIN(0) = 0.0")]
public sealed class Asin : ScalarFunction
{
    public Asin() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Asin(a);
            return true;
        }
    }
}
