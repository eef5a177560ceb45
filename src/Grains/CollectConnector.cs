namespace OrleansStream.Grains;

internal static class CollectConnector
{
    public const string ConnectorName = "collect";
}
