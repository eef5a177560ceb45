using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("E", "E()", Doc = "The base of natural logarithms.", Example = "E() = 2.718281828459045")]
public sealed class E : ScalarFunction
{
    public E() => Add(Overload.Of<Kernel, double>(SqlType.Double.NotNull));

    private readonly struct Kernel : INullary<double>
    {
        public bool Invoke(Evaluation evaluation, ref double result)
        {
            result = Math.E;
            return true;
        }
    }
}
