using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Endpoints;

/// <summary>
/// <c>/health/live</c>: this process answers; it asks nobody else, or one slow silo would have every gateway restarted.
/// <c>/health/ready</c>: the cluster answers through a grain, and the process is not shutting down.
/// </summary>
internal static class Health
{
    /// <summary>The longest that readiness waits for the cluster.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public sealed record HealthAnswer(string Status);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.Live, () => TypedResults.Ok(new HealthAnswer("live"))).WithName("live").WithSummary("The process answers").WithTags("health");
        app.MapGet(Routes.Ready, ReadyAsync).WithName("ready").WithSummary("The process takes work").WithTags("health");
    }

    private static async Task<Results<Ok<HealthAnswer>, JsonHttpResult<HealthAnswer>>> ReadyAsync(
        IGrainFactory grains, IHostApplicationLifetime lifetime, ILoggerFactory logs, CancellationToken cancel)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Not("draining");
        try
        {
            var schemas = await grains.GetGrain<IConnectorCatalogGrain>(0).SchemasAsync().WaitAsync(Patience, cancel);
            return schemas.IsEmpty ? Not("starting") : TypedResults.Ok(new HealthAnswer("ready"));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.NotReady(logs.CreateLogger(typeof(Health)), e);
            return Not("cluster does not answer");
        }
    }

    private static JsonHttpResult<HealthAnswer> Not(string status) => TypedResults.Json(new HealthAnswer(status), statusCode: StatusCodes.Status503ServiceUnavailable);
}
