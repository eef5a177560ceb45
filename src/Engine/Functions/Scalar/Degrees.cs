using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DEGREES", "DEGREES(numeric)", Doc = "Radians in degrees.", Example = "DEGREES(0) = 0.0")]
public sealed class Degrees : ScalarFunction
{
    public Degrees() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = a * (180 / Math.PI);
            return true;
        }
    }
}
