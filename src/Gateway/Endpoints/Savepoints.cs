using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>
/// POST /api/v1/jobs/{id}/savepoints asks for a savepoint: of the next checkpoint while the job runs, of the last one when it has ended. GET /api/v1/savepoints lists
/// those that exist, GET /api/v1/savepoints/{id} shows one, pending ones too; DELETE deletes it for good. A job begins from one with <c>fromSavepoint</c>.
/// </summary>
internal static class Savepoints
{
    public sealed record SavepointList(IReadOnlyList<SavepointStatus> Savepoints);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/jobs/{id}/savepoints", TakeAsync).WithName("takeSavepoint").WithSummary("Take a savepoint of a job")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/savepoints", ListAsync).WithName("listSavepoints").WithSummary("All savepoints, newest first").WithTags("savepoints");
        api.MapGet("/savepoints/{id}", GetAsync).WithName("getSavepoint").WithSummary("A savepoint, or how far it is").WithTags("savepoints")
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapDelete("/savepoints/{id}", DeleteAsync).WithName("deleteSavepoint").WithSummary("Delete a savepoint for good").WithTags("savepoints")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Accepted<SavepointStatus>, ProblemHttpResult>> TakeAsync(string id, JobService jobs) =>
        await jobs.SavepointAsync(id) is { } savepoint ? TypedResults.Accepted($"{Routes.Savepoints}/{savepoint.Id}", savepoint) : ApiProblem.NoSuchJob(id);

    private static async Task<Ok<SavepointList>> ListAsync(SavepointService savepoints) => TypedResults.Ok(new SavepointList([.. await savepoints.ListAsync()]));

    private static async Task<Results<Ok<SavepointStatus>, ProblemHttpResult>> GetAsync(string id, SavepointService savepoints) =>
        await savepoints.FindAsync(id) is { } found ? TypedResults.Ok(found) : ApiProblem.NoSuchSavepoint(id);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, SavepointService savepoints) =>
        await savepoints.DeleteAsync(id) ? TypedResults.NoContent() : ApiProblem.NoSuchSavepoint(id);
}
