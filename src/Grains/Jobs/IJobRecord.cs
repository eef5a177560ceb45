using OrleansStream.Contracts;

namespace OrleansStream.Grains.Jobs;

/// <summary>The inner side of a job's front door, for its runs and the agents. Key: <c>tenant/job</c>.</summary>
[Alias("job-record")]
public interface IJobRecord : IGrainWithStringKey
{
    /// <summary>The last status of a job that has ended.</summary>
    [Alias("record")]
    Task RecordAsync(JobStatus last);

    /// <summary>Another generation has begun.</summary>
    [Alias("restarted")]
    Task RestartedAsync(RestartStatus restart);

    /// <summary>A savepoint that was asked for exists, or will not.</summary>
    [Alias("savepoint")]
    Task SavepointAsync(SavepointStatus savepoint);

    /// <summary>The journal says that the job ought to run, and it was never begun: begin it.</summary>
    [Alias("begin")]
    Task BeginAsync();
}
