using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOG", "LOG(numeric2)", "LOG(numeric1, numeric2)", Doc = "The natural logarithm, or the one of the second number to the base of the first.", Example = "LOG(2, 8) = 3.0")]
public sealed class Log : ScalarFunction
{
    public Log()
    {
        Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));
        Add(Overload.Of<Base, double, double, double>(Take.Double, Take.Double, SqlType.Double));
    }

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Log(a);
            return true;
        }
    }

    private readonly struct Base : IBinary<double, double, double>
    {
        public bool Invoke(double b, double a, ref double result)
        {
            result = Math.Log(a) / Math.Log(b);
            return true;
        }
    }
}
