namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ROUND", "ROUND(numeric)", "ROUND(numeric, INT)", Doc = "The number rounded to digits behind the point (0 if not given), halves away from zero.", Example = "ROUND(2.345, 2) = 2.35")]
public sealed class Round : RoundFunction
{
    private protected override Direction Direction => Direction.HalfAway;
}
