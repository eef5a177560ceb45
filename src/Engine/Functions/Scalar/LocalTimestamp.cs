using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOCALTIMESTAMP", "LOCALTIMESTAMP", Purity = Purity.Time, Doc = "The processing time of the batch on the wall clock of the session, as TIMESTAMP(3).", Example = "LOCALTIMESTAMP IS NOT NULL = TRUE")]
public sealed class LocalTimestamp : ScalarFunction
{
    public LocalTimestamp() => Add(Overload.Of<Kernel, long>(SqlType.Timestamp(3).NotNull, kernel: static c => new Kernel(new Zone(c.Evaluation.Context.TimeZone))));

    private readonly struct Kernel(Zone zone) : INullary<long>
    {
        public bool Invoke(Evaluation evaluation, ref long result)
        {
            result = zone.ToLocal(evaluation.ProcessingTime);
            return true;
        }
    }
}
