using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Reliability.Tests;

/// <summary>Processes over one database are one service.</summary>
public sealed class ClusterTests(PostgreSqlServer server)
{
    private const string Endless =
        """
        CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200', 'scan.parallelism' = '2');
        CREATE TABLE f (n BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO f SELECT n FROM t;
        """;

    [Fact]
    public async Task A_gateway_of_either_answers_for_all_jobs()
    {
        using var folder = new Folder();
        await using var silos = await Silos.StartAsync(folder, 2, server.Require, $"either_{Environment.ProcessId}");
        var settings = new Dictionary<string, string> { ["parallelism.default"] = "2" };
        string[] ids = [await silos.SubmitAsync(0, "one", Endless, settings), await silos.SubmitAsync(1, "two", Endless, settings)];
        for (int silo = 0; silo < 2; silo++)
        {
            foreach (string id in ids)
            {
                var job = await silos.Server(silo).JobAsync(id, j => j.GetProperty("rowsOut").GetInt64() > 0);
                Assert.Equal(2, job.GetProperty("stages").EnumerateArray().SelectMany(s => s.GetProperty("shards").EnumerateArray()).Select(s => s.GetProperty("silo").GetString()).Distinct().Count());
            }

            var listed = await silos.Server(silo).Http.GetFromJsonAsync<JsonElement>("/api/v1/jobs");
            Assert.Equal(ids.Order(), listed.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("id").GetString()).Order());
        }

        // Each is stopped by the one that it was not submitted to.
        for (int silo = 0; silo < 2; silo++)
        {
            (await silos.Server(silo).Http.DeleteAsync($"/api/v1/jobs/{ids[1 - silo]}")).EnsureSuccessStatusCode();
            Assert.Equal("stopped", Server.State(await silos.Server(1 - silo).JobAsync(ids[1 - silo], j => j.GetProperty("ended").GetBoolean())));
        }
    }

    [Theory]
    [InlineData("postgres://{user}@{host}:{port}/absent", "no such database")]
    [InlineData("postgres://{user}@{host}:1/postgres", "cannot be reached")]
    [InlineData("mysql://host/db", "postgres://user:password@host:port/database")]
    [InlineData("Hots=here", "hots")]
    public async Task A_database_that_cannot_be_used_is_said_in_one_line(string database, string told)
    {
        var given = new NpgsqlConnectionStringBuilder(server.Require());
        database = database.Replace("{user}", given.Username, StringComparison.Ordinal).Replace("{host}", given.Host, StringComparison.Ordinal).Replace("{port}", $"{given.Port}", StringComparison.Ordinal);
        using var folder = new Folder();
        var (output, error) = await Ostream.ExpectAsync(2, folder.Path, "serve", "--urls", "http://127.0.0.1:0", "--silo-port", "0", "--database", database);
        Assert.Equal("", output);
        Assert.Contains(told, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_line()
    {
        using var folder = new Folder();
        var given = new NpgsqlConnectionStringBuilder(server.Require());
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((System.Net.IPEndPoint)taken.LocalEndpoint).Port}";
        var (_, error) = await Ostream.ExpectAsync(2, folder.Path, "serve", "--urls", "http://127.0.0.1:0", "--silo-port", port, "--database", given.ToString());
        Assert.Contains($"port {port} is in use", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
