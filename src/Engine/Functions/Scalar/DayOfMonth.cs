namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DAYOFMONTH", "DAYOFMONTH(temporal)", Doc = "The day of the month, from 1 of a point in time.", Example = "DAYOFMONTH(DATE '1994-09-27') = 27")]
public sealed class DayOfMonth : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Day;
}
