namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("GREATEST", "GREATEST(value1[, value2]*)", Doc = "The greatest of the values; NULL if one is NULL.", Example = "GREATEST(1, 3, 2) = 3")]
public sealed class Greatest() : ExtremeFunction(true);
