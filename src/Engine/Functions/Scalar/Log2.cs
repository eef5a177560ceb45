using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOG2", "LOG2(numeric)", Doc = "The logarithm to base 2.", Example = "LOG2(8) = 3.0")]
public sealed class Log2 : ScalarFunction
{
    public Log2() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Log(a) / Math.Log(2);
            return true;
        }
    }
}
