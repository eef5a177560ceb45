using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Dashboard;
using Orleans.Hosting;
using OrleansStream.Contracts;
using OrleansStream.Engine.Connect;
using Xunit;

[assembly: AssemblyFixture(typeof(OrleansStream.Gateway.Tests.GatewayFixture))]

namespace OrleansStream.Gateway.Tests;

/// <summary>The gateway on a silo with stub grains, on free ports, over real HTTP.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    /// <summary>Collection of the tests that change the catalog of connectors, which is one for all.</summary>
    public const string OneAtATime = "gateway";

    private WebApplication _app = null!;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), 0).AddDashboard());
        builder.AddGateway("127.0.0.1");
        _app = builder.Build();
        _app.MapGateway();
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    /// <summary>What a silo does at start.</summary>
    public Task PublishAsync(params OptionSchema[] schemas) =>
        Services.GetRequiredService<IGrainFactory>().GetGrain<IConnectorCatalogGrain>(0).PublishAsync([.. schemas.Select(OptionSchemaJson.Write)]);

    /// <summary>The answer's body as JSON, after checking its status.</summary>
    public static async Task<JsonElement> BodyAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Checks that the answer is a problem with this code, and gives its body.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode expected, string code)
    {
        var body = await BodyAsync(answer, expected);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal((int)expected, body.GetProperty("status").GetInt32());
        Assert.NotEmpty(body.GetProperty("detail").GetString()!);
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
