using System.Net;
using System.Net.Http.Json;
using System.Text;
using OrleansStream.Gateway.Problems;
using Xunit;

namespace OrleansStream.Gateway.Tests;

/// <summary>Requests that cannot be served: each a problem with a code, never an empty answer.</summary>
[Collection(GatewayFixture.OneAtATime)]
public class RequestTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sql": null}""")]
    [InlineData("""{"sql": 7}""")]
    [InlineData("""{"sql": "  "}""")]
    [InlineData("""{"sql": "SELECT 1", "settings": {"a": 1}}""")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        foreach (string path in new[] { "/api/v1/jobs", "/api/v1/validate" })
        {
            var answer = await gateway.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            await GatewayFixture.ProblemAsync(answer, HttpStatusCode.BadRequest, ApiProblem.BadRequest);
        }
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused()
    {
        var answer = await gateway.Http.PostAsJsonAsync("/api/v1/jobs", new { sql = "SELECT 1", name = new string('n', RequestLimits.NameCharacters + 1) });
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.BadRequest, ApiProblem.BadRequest);
    }

    [Fact]
    public async Task A_script_over_the_limit_is_refused()
    {
        var answer = await gateway.Http.PostAsJsonAsync("/api/v1/validate", new { sql = new string(' ', RequestLimits.SqlCharacters) + ";" });
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.BadRequest, ApiProblem.BadRequest);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/validate")
        {
            Content = new StringContent(new string(' ', RequestLimits.BodyBytes + 1), Encoding.UTF8, "application/json"),
        };
        // The refusal comes before the body, as it does for curl.
        request.Headers.ExpectContinue = true;
        var answer = await gateway.Http.SendAsync(request);
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge, ApiProblem.TooLarge);
    }

    [Theory]
    [InlineData("nobody-aaaaaa")]
    [InlineData("a%2Fb")]
    [InlineData("UPPER")]
    public async Task An_unknown_job_is_not_found(string id)
    {
        string path = $"/api/v1/jobs/{id}";
        await GatewayFixture.ProblemAsync(await gateway.Http.GetAsync(path), HttpStatusCode.NotFound, ApiProblem.UnknownJob);
        await GatewayFixture.ProblemAsync(await gateway.Http.DeleteAsync(path), HttpStatusCode.NotFound, ApiProblem.UnknownJob);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/jobs", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/v1/validate", HttpStatusCode.MethodNotAllowed)]
    public async Task What_the_router_refuses_is_a_problem_too(string method, string path, HttpStatusCode expected)
    {
        var answer = await gateway.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await GatewayFixture.ProblemAsync(answer, expected, ApiProblem.BadRequest);
    }

    [Fact]
    public async Task A_name_that_is_not_this_machines_own_is_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs");
        request.Headers.Host = "rebound.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_refused()
    {
        var answer = await gateway.Http.PostAsync("/api/v1/jobs", new StringContent("SELECT 1", Encoding.UTF8, "text/plain"));
        await GatewayFixture.ProblemAsync(answer, HttpStatusCode.UnsupportedMediaType, ApiProblem.BadRequest);
    }
}
