using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Problems;

/// <summary>What the API answers instead of a result: RFC 9457, with a stable <c>code</c>, and <c>errors[]</c> when a script is at fault.</summary>
public static class ApiProblem
{
    /// <summary>The request is not what the endpoint takes: malformed JSON, a missing or wrong member.</summary>
    public const string BadRequest = "OS6001";

    /// <summary>No job has that id.</summary>
    public const string UnknownJob = "OS6002";

    /// <summary>The request body is larger than <see cref="RequestLimits.BodyBytes"/>.</summary>
    public const string TooLarge = "OS6003";

    /// <summary>The script has errors; they are in <c>errors[]</c>.</summary>
    public const string Script = "OS6004";

    /// <summary>The cluster did not answer.</summary>
    public const string Unavailable = "OS6005";

    /// <summary>Something broke in the gateway itself; the log has it.</summary>
    public const string Internal = "OS6006";

    /// <summary>The cluster cannot do this yet.</summary>
    public const string NotSupported = "OS6007";

    /// <summary>No savepoint has that id.</summary>
    public const string UnknownSavepoint = "OS6008";

    /// <summary>The script cannot go on from the savepoint that it names.</summary>
    public const string SavepointMisfit = "OS6009";

    /// <summary>The savepoint is still needed by a job that began from it.</summary>
    public const string SavepointInUse = "OS6010";

    /// <summary>The job keeps no state that could be saved or gone on from.</summary>
    public const string NoState = "OS6011";

    /// <summary>The savepoint cannot be read.</summary>
    public const string SavepointDamaged = "OS6012";

    public static ProblemHttpResult Invalid(string detail) => Of(StatusCodes.Status400BadRequest, BadRequest, "The request is not valid", detail);

    public static ProblemHttpResult NoSuchJob(string id) =>
        Of(StatusCodes.Status404NotFound, UnknownJob, "No such job", $"no job has the id '{id}'; GET {Routes.Jobs} lists those there are");

    public static ProblemHttpResult NoSuchSavepoint(string id) => TypedResults.Problem(Refused(SavepointRefusal.Unknown, $"there is no savepoint '{id}'"));

    /// <summary>A wish about a savepoint that the cluster refuses; with what to do about it.</summary>
    public static ProblemDetails Refused(SavepointRefusal why, string message)
    {
        var (status, code, title, help) = why switch
        {
            SavepointRefusal.Unknown => (StatusCodes.Status404NotFound, UnknownSavepoint, "No such savepoint", $"GET {Routes.Savepoints} lists those there are"),
            SavepointRefusal.Misfit => (StatusCodes.Status409Conflict, SavepointMisfit, "The savepoint does not fit the script",
                "submit the script that it was taken of (settings and tables that are written may differ), allow state to be left behind with 'dropState': true, or begin without it"),
            SavepointRefusal.InUse => (StatusCodes.Status409Conflict, SavepointInUse, "The savepoint is in use", "delete it once that job has taken a checkpoint, or stop the job"),
            SavepointRefusal.NoState => (StatusCodes.Status409Conflict, NoState, "The job keeps no state", "INSERT the rows of the query into a table: such a job takes checkpoints"),
            _ => (StatusCodes.Status409Conflict, SavepointDamaged, "The savepoint cannot be read", "use another one: nothing but its own parts could mend it"),
        };
        return Details(status, code, title, $"{message}; {help}");
    }

    public static ProblemHttpResult InvalidScript(IReadOnlyCollection<SqlError> errors) =>
        Of(StatusCodes.Status400BadRequest, Script, "The script has errors", $"{errors.Count} {(errors.Count == 1 ? "finding" : "findings")}, see errors", errors);

    public static ProblemHttpResult Of(int status, string code, string title, string detail, IReadOnlyCollection<SqlError>? errors = null) =>
        TypedResults.Problem(Details(status, code, title, detail, errors));

    public static ProblemDetails Details(int status, string code, string title, string detail, IReadOnlyCollection<SqlError>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = title,
            Detail = detail,
            Type = Urn(code),
            Extensions = { ["code"] = code },
        };
        if (errors is not null) problem.Extensions["errors"] = errors;
        return problem;
    }

    /// <summary>What the router or the server refuses before an endpoint sees it becomes a problem like any other.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Extensions.ContainsKey("code")) return;
        var (code, detail) = problem.Status switch
        {
            StatusCodes.Status413PayloadTooLarge => (TooLarge, $"a request body may have {RequestLimits.BodyBytes} bytes"),
            StatusCodes.Status404NotFound => (BadRequest, $"nothing is at {context.HttpContext.Request.Path}"),
            StatusCodes.Status405MethodNotAllowed => (BadRequest, $"{context.HttpContext.Request.Method} is not for {context.HttpContext.Request.Path}"),
            StatusCodes.Status415UnsupportedMediaType => (BadRequest, "the body must be application/json"),
            _ => (BadRequest, problem.Detail ?? problem.Title ?? "the request was refused"),
        };
        problem.Extensions["code"] = code;
        problem.Detail = detail;
        problem.Type = Urn(code);
    }

    private static string Urn(string code) => $"urn:orleansstream:problem:{code}";
}
