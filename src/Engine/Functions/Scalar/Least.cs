namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LEAST", "LEAST(value1[, value2]*)", Doc = "The least of the values; NULL if one is NULL.", Example = "LEAST(1, 3, 2) = 1")]
public sealed class Least() : ExtremeFunction(false);
