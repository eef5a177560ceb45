namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DAYOFYEAR", "DAYOFYEAR(temporal)", Doc = "The day of the year, from 1 of a point in time.", Example = "DAYOFYEAR(DATE '1994-09-27') = 270")]
public sealed class DayOfYear : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Doy;
}
