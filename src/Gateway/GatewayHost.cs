using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Dashboard;
using OrleansStream.Gateway.Endpoints;
using OrleansStream.Gateway.Jobs;
using OrleansStream.Gateway.Planning;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Gateway;

/// <summary>Composes the gateway into a host that has an Orleans client (a silo has one).</summary>
public static class GatewayHost
{
    /// <summary>What plans and runs jobs, without HTTP.</summary>
    public static IServiceCollection AddGatewayServices(this IServiceCollection services)
    {
        services.TryAddSingleton<ISchemaSource, CatalogSchemas>();
        services.AddSingleton<PlanningService>().AddSingleton<JobService>().AddSingleton<SavepointService>();
        return services;
    }

    /// <param name="builder">a web host with an Orleans client or silo.</param>
    /// <param name="hosts">names under which clients may address the gateway; others are refused, or a page in a browser could reach it under a name of its own
    /// that resolves to this machine.</param>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder, params string[] hosts)
    {
        builder.Services.AddHostFiltering(o => o.AllowedHosts = hosts);
        builder.Services.AddGatewayServices();
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = ApiProblem.Complete).AddExceptionHandler<FaultHandler>();
        builder.Services.AddOpenApi("v1", OpenApiText.Describe);
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            o.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            o.SerializerOptions.RespectNullableAnnotations = true;
            o.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        // A request that cannot be bound becomes a problem with its reason, in development and production alike.
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.Configure<KestrelServerOptions>(o =>
        {
            o.Limits.MaxRequestBodySize = RequestLimits.BodyBytes;
            o.AddServerHeader = false;
        });
        return builder;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        app.UseHostFiltering();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        var api = app.MapGroup(Routes.Api).WithTags("jobs");
        SubmitJob.Map(api);
        ListJobs.Map(api);
        GetJob.Map(api);
        StopJob.Map(api);
        Savepoints.Map(api);
        ValidateScript.Map(api);
        Health.Map(app);
        app.MapOpenApi(Routes.OpenApi);
        app.MapOrleansDashboard(Routes.Dashboard);
        app.MapGet("/", () => Results.Redirect(Routes.Dashboard + "/")).ExcludeFromDescription();
        return app;
    }
}
