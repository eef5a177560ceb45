namespace OrleansStream.Contracts;

/// <summary>Codes of <see cref="JobFault"/>: what can go wrong while a job runs. A code never changes its meaning. (OS5001, a malformed record, is the Engine's.)</summary>
public static class FaultCodes
{
    /// <summary>Anything without a code of its own: the message says what.</summary>
    public const string Unexpected = "OS5000";

    /// <summary>A SELECT's result was not read for ten minutes.</summary>
    public const string Unread = "OS5002";

    /// <summary>A shard, a silo or a link was lost; the job restarts (a SELECT ends).</summary>
    public const string Lost = "OS5003";

    /// <summary>A person or program cancelled the job.</summary>
    public const string Cancelled = "OS5004";
}
