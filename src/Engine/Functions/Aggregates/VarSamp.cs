namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("VAR_SAMP", "VAR_SAMP(numeric)", Aliases = ["VARIANCE"], Doc = "The variance of the values as a sample (NULL for one) that are not NULL; of integers an integer, cut.")]
public sealed class VarSamp() : SpreadFunction(sample: true, root: false);
