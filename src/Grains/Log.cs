using Microsoft.Extensions.Logging;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Grains;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Job}/{Generation}: journal entry '{Entry}' could not be written; trying again")]
    public static partial void JournalFailed(ILogger logger, JobKey job, int generation, string entry, Exception cause);

    [LoggerMessage(2, LogLevel.Error, "{Job}/{Generation}: shard {Shard} failed")]
    public static partial void ShardFailed(ILogger logger, JobKey job, int generation, ShardId shard, Exception cause);

    [LoggerMessage(3, LogLevel.Warning, "{Job}/{Generation}: shard {Shard} suspects silo {Silo}: {Reason}")]
    public static partial void Suspected(ILogger logger, JobKey job, int generation, ShardId shard, string silo, string reason);

    [LoggerMessage(4, LogLevel.Warning, "run {Run} could not be told: {Reason}")]
    public static partial void RunSilent(ILogger logger, string run, string reason);

    [LoggerMessage(5, LogLevel.Information, "{Job}/{Generation}: {Phase} ({Cause})")]
    public static partial void RunPhase(ILogger logger, JobKey job, int generation, string phase, string cause);

    [LoggerMessage(6, LogLevel.Warning, "{Job}/{Generation}: {What} failed; trying again")]
    public static partial void Retried(ILogger logger, JobKey job, int generation, string what, Exception cause);

    [LoggerMessage(7, LogLevel.Warning, "{Job}: could not begin generation {Generation}: {Reason}")]
    public static partial void BeginFailed(ILogger logger, string job, int generation, string reason);

    [LoggerMessage(8, LogLevel.Warning, "reconciliation failed: {Reason}")]
    public static partial void ReconcileFailed(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Warning, "drain: {Reason}")]
    public static partial void DrainFailed(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Error, "{Job}/{Generation} fails: {Cause} (fatal: {Fatal})")]
    public static partial void RunFails(ILogger logger, JobKey job, int generation, string cause, bool fatal);

    [LoggerMessage(12, LogLevel.Warning, "{Job}: savepoint {Savepoint} could not be made")]
    public static partial void SavepointFailed(ILogger logger, JobKey job, string savepoint, Exception cause);

    [LoggerMessage(9, LogLevel.Debug, "silo {Peer} does not answer: {Reason}")]
    public static partial void PeerSilent(ILogger logger, string peer, string reason);

    [LoggerMessage(13, LogLevel.Warning, "the catalog of connectors cannot be written yet: {Reason}")]
    public static partial void NotPublished(ILogger logger, string reason);
}
