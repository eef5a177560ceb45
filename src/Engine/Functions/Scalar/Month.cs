namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MONTH", "MONTH(temporal)", Doc = "The month, 1 to 12 of a point in time.", Example = "MONTH(DATE '1994-09-27') = 9")]
public sealed class Month : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Month;
}
