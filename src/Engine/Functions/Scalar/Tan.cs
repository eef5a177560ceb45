using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TAN", "TAN(numeric)", Doc = "The tangent (radians).", Example = "TAN(0) = 0.0")]
public sealed class Tan : ScalarFunction
{
    public Tan() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Tan(a);
            return true;
        }
    }
}
