using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", "NOW()", "CURRENT_ROW_TIMESTAMP()", Aliases = ["NOW", "CURRENT_ROW_TIMESTAMP"], Purity = Purity.Time, Doc = "The processing time of the batch as TIMESTAMP_LTZ(3).", Example = "CURRENT_TIMESTAMP IS NOT NULL = TRUE")]
public sealed class CurrentTimestamp : ScalarFunction
{
    public CurrentTimestamp() => Add(Overload.Of<Kernel, long>(SqlType.TimestampLtz(3).NotNull));

    private readonly struct Kernel : INullary<long>
    {
        public bool Invoke(Evaluation evaluation, ref long result)
        {
            result = evaluation.ProcessingTime;
            return true;
        }
    }
}
