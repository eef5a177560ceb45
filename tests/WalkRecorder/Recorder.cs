using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;

namespace OrleansStream.WalkRecorder;

/// <summary>
/// Writes down the methods of the product in the order in which they first ran, <c>Type.Method</c> a line: the runtime compiles a method when it is first called, and says so.
/// </summary>
internal sealed class Recorder(string file) : EventListener
{
    private const EventKeywords Jit = (EventKeywords)0x10;
    private const string Product = "OrleansStream.";

    private readonly Lock _writing = new();
    private readonly StreamWriter _to = new(file) { AutoFlush = true };
    private readonly ManualResetEventSlim _last = new();

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, Jit);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("MethodLoadVerbose", StringComparison.Ordinal) != true || eventData.PayloadNames is not { } names) return;
        string type = (string)eventData.Payload![names.IndexOf("MethodNamespace")]!;
        string method = (string)eventData.Payload[names.IndexOf("MethodName")]!;
        if (type == typeof(Recorder).FullName && method == nameof(Last)) _last.Set();
        else if (type.StartsWith(Product, StringComparison.Ordinal) && !type.StartsWith(typeof(Recorder).Namespace!, StringComparison.Ordinal))
            lock (_writing) _to.WriteLine($"{type[(type.LastIndexOf('.') + 1)..].Split('`')[0]}.{method}");
    }

    /// <summary>Events come late, but in order: those before the first call of <see cref="Last"/> are there when its own is.</summary>
    public void Close()
    {
        Last();
        _last.Wait(TimeSpan.FromSeconds(10));
        lock (_writing) _to.Flush();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Last()
    {
    }
}
