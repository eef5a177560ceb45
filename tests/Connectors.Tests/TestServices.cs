using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Tests;

/// <summary>A process for connectors under test: a folder, printed lines, the system's clock.</summary>
public sealed class TestServices(string? folder = null) : IServices
{
    public List<string> Printed { get; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string BaseDirectory { get; } = folder ?? Path.GetTempPath();

    public string Resolve(string optionValue) => optionValue;

    public void Print(string line)
    {
        lock (Printed) Printed.Add(line);
    }
}
