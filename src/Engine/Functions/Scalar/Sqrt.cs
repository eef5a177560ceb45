using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SQRT", "SQRT(numeric)", Doc = "The square root.", Example = "SQRT(4) = 2.0")]
public sealed class Sqrt : ScalarFunction
{
    public Sqrt() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Sqrt(a);
            return true;
        }
    }
}
