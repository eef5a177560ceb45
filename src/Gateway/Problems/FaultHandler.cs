using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Problems;

/// <summary>Exceptions that leave an endpoint, as problem details.</summary>
internal sealed class FaultHandler(IProblemDetailsService problems, ILogger<FaultHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancel)
    {
        var details = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiProblem.Details(
                StatusCodes.Status413PayloadTooLarge, ApiProblem.TooLarge, "The request is too large", $"a request body may have {RequestLimits.BodyBytes} bytes"),
            BadHttpRequestException bad => ApiProblem.Details(
                bad.StatusCode, ApiProblem.BadRequest, "The request is not valid", bad.InnerException?.Message ?? bad.Message),
            SavepointRefusedException refused => ApiProblem.Refused(refused.Why, refused.Message),
            NotSupportedException => ApiProblem.Details(
                StatusCodes.Status501NotImplemented, ApiProblem.NotSupported, "This is not supported", exception.Message),
            // The outcome of a call that timed out is unknown: submitting and stopping can be repeated, so the client may.
            TimeoutException or Orleans.Runtime.OrleansException => ApiProblem.Details(
                StatusCodes.Status503ServiceUnavailable, ApiProblem.Unavailable, "The cluster did not answer", exception.Message),
            _ => ApiProblem.Details(
                StatusCodes.Status500InternalServerError, ApiProblem.Internal, "The gateway failed", "the server's log has the cause"),
        };
        if (details.Status is StatusCodes.Status500InternalServerError or StatusCodes.Status503ServiceUnavailable) Log.RequestFailed(log, exception, context.Request.Method, context.Request.Path);
        context.Response.StatusCode = details.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = details, Exception = exception });
    }
}
