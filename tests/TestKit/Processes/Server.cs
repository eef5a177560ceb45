using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace OrleansStream.TestKit.Processes;

/// <summary>A running <c>ostream serve</c> in a folder, on a free port, and its HTTP API.</summary>
public sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private Server(Ostream process, Uri address)
    {
        Process = process;
        Http = new HttpClient { BaseAddress = address };
    }

    public Ostream Process { get; }

    public HttpClient Http { get; }

    /// <param name="folder">where it runs, and where its state is unless <paramref name="more"/> says otherwise.</param>
    /// <param name="more">arguments.</param>
    public static async Task<Server> StartAsync(Folder folder, params string[] more)
    {
        var ostream = Ostream.Start(folder.Path, ["serve", "--urls", "http://127.0.0.1:0", .. more]);
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
        Process.Terminate();
        return Process.EndAsync();
    }

    /// <summary>SIGKILL: nothing is saved, nothing is said.</summary>
    public Task KillAsync()
    {
        Process.Kill();
        return Process.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
