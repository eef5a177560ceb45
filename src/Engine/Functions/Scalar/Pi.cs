using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("PI", "PI()", Doc = "The ratio of a circle to its diameter.", Example = "PI() = 3.141592653589793")]
public sealed class Pi : ScalarFunction
{
    public Pi() => Add(Overload.Of<Kernel, double>(SqlType.Double.NotNull));

    private readonly struct Kernel : INullary<double>
    {
        public bool Invoke(Evaluation evaluation, ref double result)
        {
            result = Math.PI;
            return true;
        }
    }
}
