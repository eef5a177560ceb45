using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>
/// DELETE /api/v1/jobs/{id}: stops a job with a last checkpoint, so that it can go on from there; <c>?mode=savepoint</c> makes that a savepoint, from which other jobs can begin,
/// <c>?mode=cancel</c> gives up what is not committed. The answer comes once the stop is journalled; the status shows its end.
/// </summary>
internal static class StopJob
{
    private static readonly Dictionary<string, StopKind> Modes = new()
    {
        ["checkpoint"] = StopKind.Checkpointed,
        ["savepoint"] = StopKind.Savepoint,
        ["cancel"] = StopKind.Cancel,
    };

    public static void Map(RouteGroupBuilder api) => api.MapDelete("/jobs/{id}", Handle)
        .WithName("stopJob").WithSummary("Stop a job: mode = checkpoint (default), savepoint or cancel")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Accepted<JobStatus>, ProblemHttpResult>> Handle(string id, JobService jobs, string mode = "checkpoint")
    {
        if (!Modes.TryGetValue(mode, out var kind)) return ApiProblem.Invalid($"'mode' is one of {string.Join(", ", Modes.Keys)}, not '{mode}'");
        return await jobs.StopAsync(id, kind) is { } status ? TypedResults.Accepted($"{Routes.Jobs}/{id}", status) : ApiProblem.NoSuchJob(id);
    }
}
