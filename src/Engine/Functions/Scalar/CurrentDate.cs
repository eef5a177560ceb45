using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CURRENT_DATE", "CURRENT_DATE", Purity = Purity.Time, Doc = "The date of the processing time in the session time zone.", Example = "CURRENT_DATE IS NOT NULL = TRUE")]
public sealed class CurrentDate : ScalarFunction
{
    public CurrentDate() => Add(Overload.Of<Kernel, int>(SqlType.Date.NotNull, kernel: static c => new Kernel(new Zone(c.Evaluation.Context.TimeZone))));

    private readonly struct Kernel(Zone zone) : INullary<int>
    {
        public bool Invoke(Evaluation evaluation, ref int result)
        {
            result = Calendar.DayOf(zone.ToLocal(evaluation.ProcessingTime));
            return true;
        }
    }
}
