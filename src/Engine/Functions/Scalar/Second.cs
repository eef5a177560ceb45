namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SECOND", "SECOND(temporal)", Doc = "The second, 0 to 59 of a point in time.", Example = "SECOND(TIMESTAMP '1994-09-27 13:14:15') = 15")]
public sealed class Second : FieldFunction
{
    private protected override TimeUnit Unit => TimeUnit.Second;
}
