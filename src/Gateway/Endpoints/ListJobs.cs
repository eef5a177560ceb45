using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Jobs;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>GET /api/v1/jobs: what there is, newest first.</summary>
internal static class ListJobs
{
    /// <summary>A job in the list; the rest is under its id.</summary>
    public sealed record JobListRow(
        string Id, string Name, JobState State, string? Why, DateTimeOffset Since, long RowsIn, long RowsOut, long LateRows, long MalformedRecords, int Restarts);

    public sealed record JobList(IReadOnlyList<JobListRow> Jobs);

    public static void Map(RouteGroupBuilder api) => api.MapGet("/jobs", Handle).WithName("listJobs").WithSummary("All jobs, newest first");

    private static async Task<Ok<JobList>> Handle(JobService jobs) => TypedResults.Ok(new JobList(
    [
        .. from s in await jobs.ListAsync()
           select new JobListRow(s.Id, s.Name, s.State, s.Why, s.Since, s.RowsIn, s.RowsOut, s.LateRows, s.MalformedRecords, s.Restarts.Length),
    ]));
}
