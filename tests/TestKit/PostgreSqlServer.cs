using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>
/// A private PostgreSQL for tests: the server named by <c>OSTREAM_TEST_POSTGRES</c> (a connection string), else one that is started from the programs on this
/// machine, on a free port, in a temporary folder, as another user when this one is root. Tests skip with a message where there is none.
/// </summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private string? _folder, _missing, _bin;
    private string _connection = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("OSTREAM_TEST_POSTGRES") is { Length: > 0 } given)
        {
            _connection = given;
            return;
        }

        _bin = Programs().FirstOrDefault(b => File.Exists(Path.Combine(b, "initdb")) && File.Exists(Path.Combine(b, "postgres")));
        if (_bin is null)
        {
            _missing = "no PostgreSQL: set OSTREAM_TEST_POSTGRES to a connection string, or install PostgreSQL's server programs";
            return;
        }

        _folder = Directory.CreateTempSubdirectory("ostream-postgres-").FullName;
        string data = Path.Combine(_folder, "data");
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "nobody", _folder);
        await RunAsync("initdb", "-D", data, "-U", "ostream", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        int port = FreePort();
        string options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{_folder}' -c fsync=off -c max_connections=200");
        await RunAsync("pg_ctl", "-D", data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "60", "-o", options, "start");
        _connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=ostream;Database=postgres;Maximum Pool Size=50");
    }

    /// <summary>Connection string of the server's database; skips the calling test when there is no server.</summary>
    public string Require()
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        return _connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is null) return;
        await RunAsync("pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<string> Programs()
    {
        // Debian's wrappers on the path choose a cluster of the machine: the versions' own folders come first.
        if (Directory.Exists("/usr/lib/postgresql"))
            foreach (string v in Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal)) yield return Path.Combine(v, "bin");
        foreach (string p in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)) yield return p;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // PostgreSQL refuses to run as root.
    private async Task RunAsync(string program, params string[] arguments)
    {
        bool asNobody = Environment.IsPrivilegedProcess && program != "chown";
        string path = program == "chown" ? program : Path.Combine(_bin!, program);
        var start = asNobody ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments]) : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = _folder;

        // Not read through pipes: the server that pg_ctl starts would hold them open.
        string log = Path.Combine(_folder!, "out");
        var shell = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >>\"$out\" 2>&1", "sh", log, start.FileName, .. start.ArgumentList]) { WorkingDirectory = _folder };
        using var process = Process.Start(shell)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed ({process.ExitCode}): {await File.ReadAllTextAsync(log)}");
    }
}
