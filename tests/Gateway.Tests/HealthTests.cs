using System.Net;
using OrleansStream.Engine.Connect;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Gateway.Tests;

[Collection(GatewayFixture.OneAtATime)]
public class HealthTests(GatewayFixture gateway)
{
    private static readonly OptionSchema Sink = new("blackhole", "Takes everything.", false, true, [], []);

    [Fact]
    public async Task It_is_ready_when_the_cluster_knows_its_connectors()
    {
        await gateway.PublishAsync();
        await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/health/live"), HttpStatusCode.OK);
        var not = await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/health/ready"), HttpStatusCode.ServiceUnavailable);
        Assert.Equal("starting", not.GetProperty("status").GetString());

        await gateway.PublishAsync(Sink);
        var ready = await GatewayFixture.BodyAsync(await gateway.Http.GetAsync("/health/ready"), HttpStatusCode.OK);
        Assert.Equal("ready", ready.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_api_is_documented() =>
        Golden.Match("openapi.approved.json", await gateway.Http.GetStringAsync("/openapi/v1.json") + "\n");

    [Fact]
    public async Task The_dashboard_answers()
    {
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/dashboard/")).StatusCode);
        string counters = await gateway.Http.GetStringAsync("/dashboard/DashboardCounters");
        Assert.Contains("simpleGrainStats", counters, StringComparison.Ordinal);
    }
}
