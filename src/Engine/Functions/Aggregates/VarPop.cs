namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("VAR_POP", "VAR_POP(numeric)", Doc = "The variance of all values that are not NULL; of integers an integer, cut.")]
public sealed class VarPop() : SpreadFunction(sample: false, root: false);
