namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TRUNCATE", "TRUNCATE(numeric1, integer2)", Doc = "The number cut to digits behind the point (0 if not given).", Example = "TRUNCATE(42.345, 2) = 42.34")]
public sealed class Truncate : RoundFunction
{
    private protected override Direction Direction => Direction.TowardZero;
}
