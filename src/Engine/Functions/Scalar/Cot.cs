using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("COT", "COT(numeric)", Doc = "The cotangent (radians).", Example = "COT(1) = 0.6420926159343306")]
public sealed class Cot : ScalarFunction
{
    public Cot() => Add(Overload.Of<Kernel, double, double>(Take.Double, SqlType.Double));

    private readonly struct Kernel : IUnary<double, double>
    {
        public bool Invoke(double a, ref double result)
        {
            result = 1 / Math.Tan(a);
            return true;
        }
    }
}
