namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("STDDEV_SAMP", "STDDEV_SAMP(numeric)", Aliases = ["STDDEV"], Doc = "The standard deviation of the values as a sample (NULL for one) that are not NULL; of integers an integer, cut.")]
public sealed class StddevSamp() : SpreadFunction(sample: true, root: true);
