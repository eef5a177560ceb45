namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("WEEK", "WEEK(temporal)", Doc = "The ISO week of a point in time.", Example = "WEEK(DATE '1994-09-27') = 39")]
public sealed class Week : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Week;
}
