using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("EXP", "EXP(numeric)", Doc = "e to a power.", Example = "EXP(0) = 1.0")]
public sealed class Exp : ScalarFunction
{
    public Exp() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = Math.Exp(a);
            return true;
        }
    }
}
