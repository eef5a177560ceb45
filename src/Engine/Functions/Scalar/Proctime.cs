using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("PROCTIME", "PROCTIME()", Purity = Purity.Time, Doc = "The processing time of the batch as TIMESTAMP_LTZ(3); as a column it is a time attribute.", Example = "PROCTIME() IS NOT NULL = TRUE")]
public sealed class Proctime : ScalarFunction
{
    public Proctime() => Add(Overload.Of<Kernel, long>(SqlType.TimestampLtz(3).NotNull));

    private readonly struct Kernel : INullary<long>
    {
        public bool Invoke(Evaluation evaluation, ref long result)
        {
            result = evaluation.ProcessingTime;
            return true;
        }
    }
}
