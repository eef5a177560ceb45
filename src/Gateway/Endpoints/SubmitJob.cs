using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Planning;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>POST /api/v1/jobs: plans a script and starts it.</summary>
internal static class SubmitJob
{
    /// <param name="Sql">the script; its INSERTs run as one job.</param>
    /// <param name="Name">for people; part of the id.</param>
    /// <param name="Settings">SET options, and values of <c>${name}</c> placeholders in the script.</param>
    /// <param name="FromSavepoint">id of the savepoint to begin from.</param>
    /// <param name="DropState">state of the savepoint that the script has no place for may be left behind.</param>
    public sealed record SubmitRequest(string Sql, string? Name = null, Dictionary<string, string>? Settings = null, string? FromSavepoint = null, bool DropState = false);

    public sealed record SubmitAnswer(string Id, string Name);

    public static void Map(RouteGroupBuilder api) => api.MapPost("/jobs", Handle)
        .WithName("submitJob").WithSummary("Plan a script and start it as a job")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Created<SubmitAnswer>, ProblemHttpResult>> Handle(SubmitRequest request, PlanningService planning, JobService jobs, CancellationToken cancel)
    {
        if (Invalid(request) is { } why) return ApiProblem.Invalid(why);
        var outcome = await planning.PlanAsync(request.Sql, request.Settings, cancel);
        if (!outcome.Valid) return ApiProblem.InvalidScript(outcome.Findings);
        if (outcome.Job is not { } job) return ApiProblem.Invalid("the script only explains: take EXPLAIN away to run it");
        if (job.Collect) return ApiProblem.Invalid("the script ends in a SELECT, whose rows nobody would read: INSERT them into a table");
        string name = string.IsNullOrWhiteSpace(request.Name) ? "job" : request.Name.Trim();
        string id = await jobs.SubmitAsync(job, name, request.FromSavepoint, request.DropState);
        return TypedResults.Created($"{Routes.Jobs}/{id}", new SubmitAnswer(id, name));
    }

    private static string? Invalid(SubmitRequest request) =>
        ScriptLimits.Invalid(request.Sql)
        ?? (request.Name?.Length > RequestLimits.NameCharacters ? $"'name' may have {RequestLimits.NameCharacters} characters" : null);
}
