using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LN", "LN(numeric)", Doc = "The natural logarithm.", Example = "LN(1) = 0.0")]
public sealed class Ln : ScalarFunction
{
    public Ln() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Log(a);
            return true;
        }
    }
}
