using Microsoft.Extensions.Logging;

namespace OrleansStream.Silo;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "print: {Line}")]
    public static partial void Printed(ILogger logger, string line);
}
