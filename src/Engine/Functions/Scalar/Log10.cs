using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOG10", "LOG10(numeric)", Doc = "The logarithm to base 10.", Example = "LOG10(100) = 2.0")]
public sealed class Log10 : ScalarFunction
{
    public Log10() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Log10(a);
            return true;
        }
    }
}
