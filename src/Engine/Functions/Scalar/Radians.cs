using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("RADIANS", "RADIANS(numeric)", Doc = "Degrees in radians.", Example = "RADIANS(0) = 0.0")]
public sealed class Radians : ScalarFunction
{
    public Radians() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = a * (Math.PI / 180);
            return true;
        }
    }
}
