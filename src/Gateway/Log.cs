using Microsoft.Extensions.Logging;

namespace OrleansStream.Gateway;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Information, "job {Job} submitted: {Name}")]
    public static partial void Submitted(ILogger logger, string job, string name);

    [LoggerMessage(3, LogLevel.Information, "job {Job}: stop asked for ({Kind})")]
    public static partial void StopAskedFor(ILogger logger, string job, string kind);

    [LoggerMessage(4, LogLevel.Warning, "not ready: the catalog of connectors does not answer")]
    public static partial void NotReady(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "job {Job}: savepoint {Savepoint} was asked for")]
    public static partial void SavepointAskedFor(ILogger logger, string job, string savepoint);

    [LoggerMessage(6, LogLevel.Information, "savepoint {Savepoint} was deleted")]
    public static partial void SavepointDeleted(ILogger logger, string savepoint);
}
