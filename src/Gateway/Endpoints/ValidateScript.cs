using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OrleansStream.Gateway.Planning;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>POST /api/v1/validate: plans a script and starts nothing. A script with errors is a good answer here, not a problem.</summary>
internal static class ValidateScript
{
    public sealed record ValidateRequest(string Sql, Dictionary<string, string>? Settings = null);

    /// <param name="Errors">errors and warnings, in order of the script.</param>
    /// <param name="Columns">of the SELECT that ends the script; null when it has none or there are errors.</param>
    public sealed record ValidateAnswer(bool Valid, IReadOnlyList<SqlError> Errors, IReadOnlyList<ResultColumn>? Columns);

    public sealed record ResultColumn(string Name, string Type);

    public static void Map(RouteGroupBuilder api) => api.MapPost("/validate", Handle)
        .WithName("validateScript").WithSummary("Check a script without running it")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Ok<ValidateAnswer>, ProblemHttpResult>> Handle(ValidateRequest request, PlanningService planning, CancellationToken cancel)
    {
        if (ScriptLimits.Invalid(request.Sql) is { } why) return ApiProblem.Invalid(why);
        var outcome = await planning.CheckAsync(request.Sql, request.Settings, cancel);
        var columns = outcome.Job?.Result?.Fields.Select(f => new ResultColumn(f.Name, f.Type.ToString())).ToList();
        return TypedResults.Ok(new ValidateAnswer(outcome.Valid, outcome.Findings, columns));
    }
}
