using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SIN", "SIN(numeric)", Doc = "The sine (radians).", Example = "SIN(0) = 0.0")]
public sealed class Sin : ScalarFunction
{
    public Sin() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Sin(a);
            return true;
        }
    }
}
