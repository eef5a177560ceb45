using System.Globalization;
using System.Text.Json;
using Npgsql;
using OrleansStream.Silo;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Processes;

namespace OrleansStream.Figures;

/// <summary>Two processes of <c>ostream serve</c> over a PostgreSQL, with checkpoint parts in a folder.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly PostgreSqlServer _server = new();
    private readonly Folder _folder = new();
    private readonly int[] _ports = [FreePort.Next(), FreePort.Next()];
    private readonly Server?[] _servers = new Server?[2];
    private string _database = "";

    public static async Task<Pair> StartAsync()
    {
        var pair = new Pair();
        await pair._server.InitializeAsync();
        string server = pair._server.Require();
        await using (var source = NpgsqlDataSource.Create(server))
        await using (var create = source.CreateCommand("CREATE DATABASE figures")) await create.ExecuteNonQueryAsync();
        pair._database = new NpgsqlConnectionStringBuilder(server) { Database = "figures" }.ToString();
        await pair.BothAsync();
        return pair;
    }

    public Server First => _servers[0]!;

    /// <summary>Starts both; gives how long that took.</summary>
    public async Task<TimeSpan> BothAsync()
    {
        long begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async i => _servers[i] = await Server.StartAsync(
            _folder, "--database", _database, "--parts", _folder.File("parts"), "--silo-port", _ports[i].ToString(CultureInfo.InvariantCulture))));
        return TimeProvider.System.GetElapsedTime(begun);
    }

    /// <summary>SIGKILL to both at once.</summary>
    public async Task KillAsync()
    {
        await Task.WhenAll(_servers.Select(s => s!.KillAsync()));
        foreach (var s in _servers) await s!.DisposeAsync();
    }

    public string Log => string.Concat(_servers.Select(s => s!.Process.Out));

    public async Task CancelAsync(string job)
    {
        using var _ = await First.Http.DeleteAsync($"/api/v1/jobs/{job}?mode=cancel");
        await First.JobAsync(job, j => j.GetProperty("ended").GetBoolean());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var s in _servers) if (s is not null) await s.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    public static long Sum(JsonElement job, string shardNumber) =>
        job.GetProperty("stages").EnumerateArray().SelectMany(s => s.GetProperty("shards").EnumerateArray()).Sum(s => s.GetProperty(shardNumber).GetInt64());
}
