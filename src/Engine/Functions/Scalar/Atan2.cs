using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ATAN2", "ATAN2(numeric1, numeric2)", Doc = "The angle of the point (numeric2, numeric1).", Example = "ATAN2(0, 1) = 0.0")]
public sealed class Atan2 : ScalarFunction
{
    public Atan2() => Add(Overload.Of<Kernel, double, double, double>(Take.Double, Take.Double, SqlType.Double));

    private readonly struct Kernel : IBinary<double, double, double>
    {
        public bool Invoke(double a, double b, ref double result)
        {
            result = Math.Atan2(a, b);
            return true;
        }
    }
}
