namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("QUARTER", "QUARTER(temporal)", Doc = "The quarter, 1 to 4 of a point in time.", Example = "QUARTER(DATE '1994-09-27') = 3")]
public sealed class Quarter : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Quarter;
}
