namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("MINUTE", "MINUTE(temporal)", Doc = "The minute, 0 to 59 of a point in time.", Example = "MINUTE(TIMESTAMP '1994-09-27 13:14:15') = 14")]
public sealed class Minute : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Minute;
}
