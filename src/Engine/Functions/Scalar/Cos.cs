using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("COS", "COS(numeric)", Doc = "The cosine (radians).", Example = "COS(0) = 1.0")]
public sealed class Cos : ScalarFunction
{
    public Cos() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Cos(a);
            return true;
        }
    }
}
