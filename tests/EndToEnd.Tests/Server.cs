using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>A running <c>ostream serve</c> in a folder, on a free port, and its HTTP API.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly Ostream _ostream;

    private Server(Ostream ostream, Uri address)
    {
        _ostream = ostream;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public static async Task<Server> StartAsync(Folder folder)
    {
        var ostream = Ostream.Start(folder.Path, "serve", "--urls", "http://127.0.0.1:0");
        string line = await ostream.LineAsync("listens on ");
        string url = line.Split("listens on ")[1].Split(',')[0];
        return new Server(ostream, new Uri(url));
    }

    public async Task<string> SubmitAsync(string name, string sql, Dictionary<string, string>? settings = null, string? fromSavepoint = null)
    {
        var answer = await Http.PostAsJsonAsync("/api/v1/jobs", new { name, sql, settings, fromSavepoint });
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {body}");
        string id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/jobs/{id}", answer.Headers.Location?.OriginalString);
        return id;
    }

    public Task<JsonElement> JobAsync(string id) => Http.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}");

    /// <summary>The job's status once it is as wanted.</summary>
    public Task<JsonElement> JobAsync(string id, Func<JsonElement, bool> wanted) => JsonAsync($"/api/v1/jobs/{id}", wanted);

    /// <summary>The answer of a path once it is as wanted: the API has no way to be told.</summary>
    public async Task<JsonElement> JsonAsync(string path, Func<JsonElement, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Ostream.Patience);
        while (true)
        {
            var answer = await Http.GetFromJsonAsync<JsonElement>(path);
            if (wanted(answer)) return answer;
            if (patience.IsCancellationRequested) Assert.Fail($"not as wanted after {Ostream.Patience}: {answer}");
            await Task.Delay(Poll);
        }
    }

    public static string State(JsonElement job) => job.GetProperty("state").GetString()!;

    /// <summary>SIGTERM; gives the exit code.</summary>
    public Task<int> StopAsync()
    {
        _ostream.Terminate();
        return _ostream.EndAsync();
    }

    /// <summary>SIGKILL: nothing is saved, nothing is said.</summary>
    public Task KillAsync()
    {
        _ostream.Kill();
        return _ostream.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _ostream.DisposeAsync();
    }
}
