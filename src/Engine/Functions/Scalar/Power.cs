using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("POWER", "POWER(numeric1, numeric2)", Doc = "The first number to the power of the second.", Example = "POWER(2, 3) = 8.0")]
public sealed class Power : ScalarFunction
{
    public Power() => Add(Overload.Of<Kernel, double, double, double>(Take.Double, Take.Double, SqlType.Double));

    private readonly struct Kernel : IBinary<double, double, double>
    {
        public bool Invoke(double a, double b, ref double result)
        {
            result = Math.Pow(a, b);
            return true;
        }
    }
}
