namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DAYOFWEEK", "DAYOFWEEK(temporal)", Doc = "The day of the week, 1 = Sunday of a point in time.", Example = "DAYOFWEEK(DATE '1994-09-27') = 3")]
public sealed class DayOfWeek : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Dow;
}
