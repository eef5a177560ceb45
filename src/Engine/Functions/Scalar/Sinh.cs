using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SINH", "SINH(numeric)", Doc = "The hyperbolic sine.", Example = "SINH(0) = 0.0")]
public sealed class Sinh : ScalarFunction
{
    public Sinh() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Sinh(a);
            return true;
        }
    }
}
