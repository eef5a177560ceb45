namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("STDDEV_POP", "STDDEV_POP(numeric)", Doc = "The standard deviation of all values that are not NULL; of integers an integer, cut.")]
public sealed class StddevPop() : SpreadFunction(sample: false, root: true);
