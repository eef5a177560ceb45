using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOCALTIME", "LOCALTIME", "CURRENT_TIME", Aliases = ["CURRENT_TIME"], Purity = Purity.Time, Doc = "The time of day of the processing time in the session time zone, as TIME(0).", Example = "LOCALTIME IS NOT NULL = TRUE")]
public sealed class LocalTime : ScalarFunction
{
    public LocalTime() => Add(Overload.Of<Kernel, int>(SqlType.Time(0).NotNull, kernel: static c => new Kernel(new Zone(c.Evaluation.Context.TimeZone))));

    private readonly struct Kernel(Zone zone) : INullary<int>
    {
        public bool Invoke(Evaluation evaluation, ref int result)
        {
            result = Calendar.TimeOf(zone.ToLocal(evaluation.ProcessingTime)) / 1000 * 1000;
            return true;
        }
    }
}
