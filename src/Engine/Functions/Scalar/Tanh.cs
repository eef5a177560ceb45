using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TANH", "TANH(numeric)", Doc = "The hyperbolic tangent.", Example = "TANH(0) = 0.0")]
public sealed class Tanh : ScalarFunction
{
    public Tanh() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Tanh(a);
            return true;
        }
    }
}
