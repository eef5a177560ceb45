namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("HOUR", "HOUR(temporal)", Doc = "The hour, 0 to 23 of a point in time.", Example = "HOUR(TIMESTAMP '1994-09-27 13:14:15') = 13")]
public sealed class Hour : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Hour;
}
