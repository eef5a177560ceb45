using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("COSH", "COSH(numeric)", Doc = "The hyperbolic cosine.", Example = "COSH(0) = 1.0")]
public sealed class Cosh : ScalarFunction
{
    public Cosh() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Cosh(a);
            return true;
        }
    }
}
