namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("YEAR", "YEAR(temporal)", Doc = "The year of a point in time.", Example = "YEAR(DATE '1994-09-27') = 1994")]
public sealed class Year : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Year;
}
