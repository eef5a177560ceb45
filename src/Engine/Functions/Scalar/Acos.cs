using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ACOS", "ACOS(numeric)", Doc = "The arc cosine.", Example = "ACOS(1) = 0.0")]
public sealed class Acos : ScalarFunction
{
    public Acos() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Acos(a);
            return true;
        }
    }
}
