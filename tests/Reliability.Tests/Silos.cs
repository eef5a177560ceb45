using System.Globalization;
using System.Text.Json;
using Npgsql;
using Orleans.Runtime;
using OrleansStream.Silo;

namespace OrleansStream.Reliability.Tests;

/// <summary>The processes of a schedule: <c>ostream serve</c>, alone with a state folder, or two over a database. A process that is started again has its old port.</summary>
internal sealed class Silos : IAsyncDisposable
{
    private readonly Folder _folder;
    private readonly string? _database;
    private readonly int[] _ports;
    private readonly Server?[] _servers;
    private readonly List<(int Silo, Ostream Process)> _all = [];

    private Silos(Folder folder, int count, string? database) =>
        (_folder, _database, _servers, _ports) = (folder, database, new Server?[count], [.. Enumerable.Range(0, count).Select(_ => Port())]);

    // Below those that the kernel gives to connections: one of them could have the port just when its silo comes back.
    private static int Port()
    {
        int port = Random.Shared.Next(15_000, 32_000);
        return FreePort.IsTaken(port) ? Port() : port;
    }

    /// <param name="server">connection string of a PostgreSQL; a database is made in it.</param>
    public static async Task<Silos> StartAsync(Folder folder, int count, Func<string> server, string name)
    {
        var silos = new Silos(folder, count, count == 1 ? null : await CreateDatabaseAsync(server(), name));
        await Task.WhenAll(Enumerable.Range(0, count).Select(silos.StartAsync));
        return silos;
    }

    public int Count => _servers.Length;

    public async Task StartAsync(int silo)
    {
        string[] more = _database is null ? [] : ["--database", _database, "--silo-port", _ports[silo].ToString(CultureInfo.InvariantCulture)];
        var server = await TestKit.Processes.Server.StartAsync(_folder, more);
        lock (_all) _all.Add((silo, server.Process));
        _servers[silo] = server;
    }

    /// <summary>Of a silo that runs.</summary>
    public Server Server(int silo) => _servers[silo]!;

    public async Task KillAsync(int silo)
    {
        if (_servers[silo] is not { } server) return;
        _servers[silo] = null;
        await server.KillAsync();
        await server.DisposeAsync();
    }

    /// <summary>SIGTERM, then the process ends by itself.</summary>
    /// <returns>its exit code.</returns>
    public async Task<int> TerminateAsync(int silo)
    {
        var server = _servers[silo]!;
        _servers[silo] = null;
        int code = await server.StopAsync();
        await server.DisposeAsync();
        return code;
    }

    /// <summary>Completes when its peer has written into the cluster's table that a silo is dead.</summary>
    public async Task GivenUpAsync(int silo)
    {
        await using var source = NpgsqlDataSource.Create(_database!);
        using var patience = new CancellationTokenSource(Ostream.Patience);
        while (true)
        {
            await using var alive = source.CreateCommand($"SELECT count(*) FROM OrleansMembershipTable WHERE Port = {_ports[silo]} AND Status <> {(int)SiloStatus.Dead}");
            if ((long)(await alive.ExecuteScalarAsync(patience.Token))! == 0) return;
            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>The process has ended by itself.</summary>
    public async Task<int> EndedAsync(int silo)
    {
        int code = await _servers[silo]!.Process.EndAsync();
        await _servers[silo]!.DisposeAsync();
        _servers[silo] = null;
        return code;
    }

    public Task<string> SubmitAsync(int silo, string name, string sql, Dictionary<string, string> settings) => _servers[silo]!.SubmitAsync(name, sql, settings);

    /// <summary>What a gateway that answers says of a job; null = none does just now.</summary>
    public async Task<JsonElement?> JobAsync(string id)
    {
        foreach (var server in _servers)
        {
            if (server is null) continue;
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                using var answer = await server.Http.GetAsync($"/api/v1/jobs/{id}", patience.Token);
                if (answer.IsSuccessStatusCode) return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token)).RootElement;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Dead, paused, or about to be: the other one is asked.
            }
        }

        return null;
    }

    /// <summary>What all processes have written, the dead ones too.</summary>
    public string Log()
    {
        lock (_all) return string.Concat(_all.Select((p, i) => $"==== process {i}, silo {p.Silo}\n{p.Process.Out}\n{p.Process.Error}\n"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) if (server is not null) await server.DisposeAsync();
    }

    private static async Task<string> CreateDatabaseAsync(string server, string name)
    {
        await using (var source = NpgsqlDataSource.Create(server))
        await using (var create = source.CreateCommand($"CREATE DATABASE {name}")) await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
    }
}
