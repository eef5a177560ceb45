using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Gateway.Problems;

/// <summary>What a person can do about a job's fault.</summary>
public static class FaultHelp
{
    /// <summary>One sentence; null = nothing is known that would help.</summary>
    public static string? Of(JobFault fault) => fault.Code switch
    {
        MalformedRecordException.Code => "mend the record, or have such records skipped and counted with 'json.ignore-parse-errors' = 'true' in the table's WITH",
        FaultCodes.Unread => "read the result while the query runs, or INSERT its rows into a table",
        Manifest.DamagedCode => "no other checkpoint takes its place, since its output could appear twice: begin the job anew from a savepoint ('fromSavepoint'), or from nothing",
        FaultCodes.Lost => "a SELECT is not restarted, since rows that were shown cannot be taken back: run it again, or INSERT its rows into a table",
        _ => null,
    };
}
