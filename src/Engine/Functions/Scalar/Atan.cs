using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ATAN", "ATAN(numeric)", Doc = "The arc tangent.", Example = "ATAN(0) = 0.0")]
public sealed class Atan : ScalarFunction
{
    public Atan() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Atan(a);
            return true;
        }
    }
}
