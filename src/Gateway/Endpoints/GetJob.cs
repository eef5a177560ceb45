using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>GET /api/v1/jobs/{id}: state, stages, shards and where they live, counts, watermark, faults, checkpoints, restarts.</summary>
internal static class GetJob
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/jobs/{id}", Handle)
        .WithName("getJob").WithSummary("What a job is and does").ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<JobStatus>, ProblemHttpResult>> Handle(string id, JobService jobs) =>
        await jobs.StatusAsync(id) is { } status ? TypedResults.Ok(status) : ApiProblem.NoSuchJob(id);
}
