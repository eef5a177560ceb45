using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Silo;

/// <summary>What connectors see of this process.</summary>
internal sealed partial class ProcessServices(SiloOptions options, TimeProvider time, IConfiguration configuration, ILogger<ProcessServices> log) : IServices
{
    public TimeProvider Time => time;

    public string BaseDirectory { get; } = Path.GetFullPath(options.BaseDirectory);

    /// <summary>Secrets come from the configuration: <c>Secrets:NAME</c> (environment: <c>Secrets__NAME</c>).</summary>
    /// <exception cref="KeyNotFoundException">no such secret; the message names it, never a value.</exception>
    public string Resolve(string optionValue) => Reference().Replace(optionValue, m =>
        configuration[$"Secrets:{m.Groups[1].Value}"] ?? throw new KeyNotFoundException($"no secret '{m.Groups[1].Value}' in this process' configuration"));

    public void Print(string line)
    {
        if (options.Print is { } print) print(line);
        else Log.Printed(log, line);
    }

    [GeneratedRegex(@"\$\{secret:([A-Za-z0-9_.-]+)\}")]
    private static partial Regex Reference();
}
