namespace OrleansStream.Figures;

internal static class FailingSink
{
    public static Task RunAsync(TimeSpan failing) => throw new NotSupportedException($"{failing}");
}
